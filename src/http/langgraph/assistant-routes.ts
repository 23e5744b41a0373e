import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { type AssistantFilter, countAssistants, searchAssistants } from '../../db/search-assistants.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { assistantChangeRoutes } from './assistant-change-routes.ts';
import { assistantGraphRoutes } from './assistant-graph-routes.ts';
import { assistantOfGraph } from './assistant-of-graph.ts';
import { assistantVersionRoutes } from './assistant-version-routes.ts';
import { readAssistant } from './find-assistant.ts';
import { assistantFields, wireAssistant } from './wire-assistant.ts';

const tag = 'LangGraph: assistants';
const filterSchema = z.object({
  graph_id: z.string().nullish(),
  name: z.string().max(256).nullish().describe('A part of the name, in any case.'),
  metadata: jsonObjectSchema.nullish().describe('What the metadata must contain.'),
});
const searchSchema = filterSchema.extend({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).max(1e9).default(0),
  sort_by: z.enum(['assistant_id', 'graph_id', 'name', 'created_at', 'updated_at']).nullish(),
  sort_order: z.enum(['asc', 'desc']).nullish(),
  select: z.array(z.enum(assistantFields)).nullish(),
});

/** Assistants: a graph with a name and settings. Each graph has one of its own; more can be made. */
export function assistantRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db, graphs } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /assistants/search', {
    summary: 'Find assistants',
    tag,
    body: searchSchema,
    answer: z.array(z.looseObject({})),
  });
  app.post('/assistants/search', async (c) => {
    const { limit, offset, sort_by, sort_order, select, ...asked } = await readBody(c, searchSchema);
    const sortBy = sort_by === 'graph_id' ? 'graph' : (sort_by ?? 'created_at');
    const page = { limit, offset, sortBy, sortOrder: sort_order ?? 'desc' } as const;
    const [own, filter] = [await ownAssistants(), toFilter(asked)];
    const found = await searchAssistants(db, own, filter, page);
    const total = await countAssistants(db, own, filter);
    c.header('X-Pagination-Total', String(total));
    const next = offset + found.length;
    if (found.length > 0 && next < total) c.header('X-Pagination-Next', String(next));
    return c.json(found.map((assistant) => wireAssistant(assistant, select ?? undefined)));
  });

  describe(app, 'POST /assistants/count', {
    summary: 'Count assistants',
    tag,
    body: filterSchema,
    answer: z.int(),
  });
  app.post('/assistants/count', async (c) => {
    const filter = toFilter(await readBody(c, filterSchema));
    return c.json(await countAssistants(db, await ownAssistants(), filter));
  });

  describe(app, 'GET /assistants/{assistant_id}', { summary: 'Get an assistant', tag });
  app.get('/assistants/:assistant_id', async (c) =>
    c.json(wireAssistant(await readAssistant(context, c.req.param('assistant_id')))),
  );

  for (const routes of [assistantChangeRoutes, assistantVersionRoutes, assistantGraphRoutes]) {
    app.route('/', routes(context));
  }
  return app;

  function ownAssistants() {
    return Promise.all(graphs.list().map((loaded) => assistantOfGraph(context, loaded)));
  }
}

function toFilter({ graph_id, name, metadata }: z.output<typeof filterSchema>): AssistantFilter {
  return { ...(graph_id && { graph: graph_id }), ...(name && { name }), ...(metadata && { metadata }) };
}
