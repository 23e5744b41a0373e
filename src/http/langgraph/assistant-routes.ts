import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { drawableGraph } from '../../handoff/draw-graph.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { assistantIdOf } from './assistant.ts';
import { findGraph } from './find-graph.ts';
import { stateSchemas } from './state-schemas.ts';

const objects = z.array(z.looseObject({}));
const tag = 'LangGraph: assistants';
const filterSchema = z.object({
  graph_id: z.string().nullish(),
  name: z.string().nullish().describe('A part of the name, in any case.'),
  metadata: jsonObjectSchema.nullish(),
});
const searchSchema = filterSchema.extend({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).default(0),
});

/** One assistant a graph: they come from files, so they cannot be made or changed here. */
export function assistantRoutes({ graphs }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const since = new Date();

  describe(app, 'POST /assistants/search', {
    summary: 'Find assistants',
    tag,
    body: searchSchema,
    answer: objects,
  });
  app.post('/assistants/search', async (c) => {
    const { limit, offset, ...filter } = await readBody(c, searchSchema);
    const found = search(filter);
    c.header('X-Pagination-Total', String(found.length));
    if (offset + limit < found.length) c.header('X-Pagination-Next', String(offset + limit));
    return c.json(found.slice(offset, offset + limit));
  });

  describe(app, 'POST /assistants/count', {
    summary: 'Count assistants',
    tag,
    body: filterSchema,
    answer: z.int(),
  });
  app.post('/assistants/count', async (c) => c.json(search(await readBody(c, filterSchema)).length));

  describe(app, 'GET /assistants/{assistant_id}', { summary: 'Get an assistant', tag });
  app.get('/assistants/:assistant_id', (c) => c.json(toAssistant(find(c.req.param('assistant_id')))));

  describe(app, 'GET /assistants/{assistant_id}/graph', { summary: 'Get the graph to draw it', tag });
  app.get('/assistants/:assistant_id/graph', (c) =>
    c.json(drawableGraph(find(c.req.param('assistant_id')).graph)),
  );

  describe(app, 'GET /assistants/{assistant_id}/schemas', { summary: 'Get the schemas of the state', tag });
  app.get('/assistants/:assistant_id/schemas', (c) =>
    c.json({ graph_id: find(c.req.param('assistant_id')).name, ...stateSchemas }),
  );

  return app;

  function find(assistant: string): LoadedGraph {
    return findGraph(graphs, assistant);
  }

  function search({ graph_id, name, metadata }: z.output<typeof filterSchema>) {
    const assistants = graphs.list().map(toAssistant);
    return assistants.filter(
      (assistant) =>
        (!graph_id || assistant.graph_id === graph_id) &&
        (!name || assistant.name.toLowerCase().includes(name.toLowerCase())) &&
        Object.entries(metadata ?? {}).every(([key, value]) => assistant.metadata[key] === value),
    );
  }

  function toAssistant({ name, version, graph }: LoadedGraph) {
    const metadata: Record<string, unknown> = { created_by: 'system', graph_version: version };
    return {
      assistant_id: assistantIdOf(name),
      graph_id: name,
      name,
      description: graph.description || null,
      config: {},
      context: {},
      metadata,
      version: 1,
      created_at: since,
      updated_at: since,
    };
  }
}
