import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { countThreads, searchThreads, type ThreadFilter } from '../../db/threads.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { assistantIdOf } from './assistant.ts';
import { extract, extractSchema } from './extract.ts';
import { lookUpGraph } from './find-graph.ts';
import { threadFields, wireThread } from './wire-thread.ts';

const tag = 'LangGraph: threads';
const filterSchema = z.object({
  metadata: jsonObjectSchema
    .nullish()
    .describe('What the metadata must contain; graph_id and assistant_id too.'),
  ids: z.array(z.guid('expected a UUID')).max(1000).nullish(),
  status: z.enum(['idle', 'busy', 'interrupted', 'error']).nullish(),
  values: jsonObjectSchema.nullish().describe('What the values of the newest state must contain.'),
});
const searchSchema = filterSchema.extend({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).max(1e9).default(0),
  sort_by: z.enum(['thread_id', 'status', 'created_at', 'updated_at', 'state_updated_at']).nullish(),
  sort_order: z.enum(['asc', 'desc']).nullish(),
  select: z.array(z.enum(threadFields)).nullish(),
  extract: extractSchema
    .nullish()
    .describe('What to take out of each thread: a path by the name to give it.'),
});

/** Threads: found and counted. */
export function threadSearchRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db, graphs } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads/search', {
    summary: 'Find threads',
    tag,
    body: searchSchema,
    answer: z.array(z.looseObject({})),
  });
  app.post('/threads/search', async (c) => {
    const asked = await readBody(c, searchSchema);
    const { limit, offset, sort_by, sort_order, select, extract: paths } = asked;
    const page = { limit, offset, sortBy: sort_by ?? 'updated_at', sortOrder: sort_order ?? 'desc' } as const;
    const filter = toFilter(asked);
    const [threads, total] = [await searchThreads(db, filter, page), await countThreads(db, filter)];
    c.header('X-Pagination-Total', String(total));
    if (offset + threads.length < total) c.header('X-Pagination-Next', String(offset + threads.length));
    const answers = threads.map(async (thread) => {
      const shown = await wireThread(context, thread, select ?? undefined);
      if (!paths) return shown;
      const whole = select ? await wireThread(context, thread) : shown;
      return { ...shown, extracted: extract(whole, paths) };
    });
    return c.json(await Promise.all(answers));
  });

  describe(app, 'POST /threads/count', {
    summary: 'Count threads',
    tag,
    body: filterSchema,
    answer: z.int(),
  });
  app.post('/threads/count', async (c) =>
    c.json(await countThreads(db, toFilter(await readBody(c, filterSchema)))),
  );

  return app;

  /** Threads are found by the graph and the assistant that they ran on last, or are meant for. */
  function toFilter({ metadata, ids, status, values }: z.output<typeof filterSchema>): ThreadFilter {
    const { graph_id, ...rest } = metadata ?? {};
    const own =
      typeof rest.assistant_id === 'string' ? lookUpGraph(graphs, rest.assistant_id)?.name : undefined;
    if (own !== undefined) delete rest.assistant_id;
    const graph =
      typeof graph_id === 'string' ? (lookUpGraph(graphs, graph_id)?.name ?? graph_id) : undefined;
    return {
      metadata: rest,
      ...(graph !== undefined && { graph }),
      ...(own !== undefined && { ownAssistant: { graph: own, id: assistantIdOf(own) } }),
      ...(ids && { ids }),
      ...(status && { status }),
      ...(values && { values }),
    };
  }
}
