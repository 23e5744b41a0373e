import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { drawableGraph } from '../../handoff/draw-graph.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { findAssistant } from './find-assistant.ts';
import { stateSchemas } from './state-schemas.ts';

const tag = 'LangGraph: assistants';
const flag = z.enum(['true', 'false', '0', '1'], 'expected true or false').optional();
const graphSchema = z.object({
  xray: z
    .union([flag, z.coerce.number().int().min(0)], 'expected true, false or a depth')
    .optional()
    .describe('How deep to look into subgraphs; there are none.'),
});
const subgraphsSchema = z.object({ recurse: flag });

/** What an assistant's graph looks like, from outside. */
export function assistantGraphRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /assistants/{assistant_id}/graph', {
    summary: 'Get the graph to draw it',
    tag,
    query: graphSchema,
  });
  app.get('/assistants/:assistant_id/graph', async (c) => {
    checkInput(graphSchema, c.req.query());
    const { graph } = await findAssistant(context, c.req.param('assistant_id'));
    return c.json(drawableGraph(graph.graph));
  });

  describe(app, 'GET /assistants/{assistant_id}/schemas', { summary: 'Get the schemas of the state', tag });
  app.get('/assistants/:assistant_id/schemas', async (c) => {
    const { graph } = await findAssistant(context, c.req.param('assistant_id'));
    return c.json({ graph_id: graph.name, ...stateSchemas });
  });

  const subgraphs = {
    summary: 'Get the schemas of the graphs inside the graph: agents are no graphs, so there are none',
    tag,
    query: subgraphsSchema,
  };
  describe(app, 'GET /assistants/{assistant_id}/subgraphs', subgraphs);
  describe(app, 'GET /assistants/{assistant_id}/subgraphs/{namespace}', subgraphs);
  for (const path of [
    '/assistants/:assistant_id/subgraphs',
    '/assistants/:assistant_id/subgraphs/:namespace',
  ]) {
    app.get(path, async (c) => {
      checkInput(subgraphsSchema, c.req.query());
      await findAssistant(context, c.req.param('assistant_id') ?? '');
      return c.json({});
    });
  }

  return app;
}
