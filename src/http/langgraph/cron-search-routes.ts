import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { type CronFilter, countCrons, searchCrons } from '../../db/crons.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { readAssistantId } from './find-assistant.ts';
import { cronSelection, wireCron } from './wire-cron.ts';

const tag = 'LangGraph: crons';
const filterSchema = z.object({
  assistant_id: z.string().nullish(),
  thread_id: z.guid('expected a UUID').toLowerCase().nullish(),
  enabled: z.boolean().nullish(),
  metadata: jsonObjectSchema.nullish().describe('What the metadata must contain.'),
});
const sorts = [
  'cron_id',
  'assistant_id',
  'thread_id',
  'created_at',
  'updated_at',
  'next_run_date',
  'end_time',
] as const;
const searchSchema = filterSchema.extend({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).max(1e9).default(0),
  sort_by: z.enum(sorts, `expected one of ${sorts.join(', ')}`).nullish(),
  sort_order: z.enum(['asc', 'desc']).nullish(),
  select: z.array(z.enum(cronSelection, `expected some of ${cronSelection.join(', ')}`)).nullish(),
});

/** Crons: found and counted. */
export function cronSearchRoutes({ db, graphs }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /runs/crons/search', {
    summary: 'Find crons',
    tag,
    body: searchSchema,
    answer: z.array(z.looseObject({})),
  });
  app.post('/runs/crons/search', async (c) => {
    const { limit, offset, sort_by, sort_order, select, ...asked } = await readBody(c, searchSchema);
    const page = { limit, offset, sortBy: sort_by ?? 'created_at', sortOrder: sort_order ?? 'desc' } as const;
    const filter = toFilter(asked);
    const [found, total] = [await searchCrons(db, filter, page), await countCrons(db, filter)];
    c.header('X-Pagination-Total', String(total));
    const next = offset + found.length;
    if (found.length > 0 && next < total) c.header('X-Pagination-Next', String(next));
    return c.json(found.map((cron) => wireCron(cron, select ?? undefined)));
  });

  describe(app, 'POST /runs/crons/count', {
    summary: 'Count crons',
    tag,
    body: filterSchema,
    answer: z.int(),
  });
  app.post('/runs/crons/count', async (c) =>
    c.json(await countCrons(db, toFilter(await readBody(c, filterSchema)))),
  );

  return app;

  function toFilter({
    assistant_id,
    thread_id,
    enabled,
    metadata,
  }: z.output<typeof filterSchema>): CronFilter {
    return {
      ...(assistant_id && { assistantId: readAssistantId(graphs, assistant_id) }),
      ...(thread_id && { threadId: thread_id }),
      ...(typeof enabled === 'boolean' && { enabled }),
      ...(metadata && { metadata }),
    };
  }
}
