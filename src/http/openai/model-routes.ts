import { OpenAPIHono } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import type { GraphShelf } from '../../handoff/graph-shelf.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';

const tag = 'OpenAI';

/** The graphs, as the models that OpenAI's clients choose from. */
export function modelRoutes({ graphs }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const created = Math.floor(Date.now() / 1000);
  const toModel = ({ name }: LoadedGraph) => ({ id: name, object: 'model', created, owned_by: 'baton' });

  describe(app, 'GET /v1/models', { summary: 'List the graphs', tag });
  app.get('/v1/models', (c) => c.json({ object: 'list', data: graphs.list().map(toModel) }));

  describe(app, 'GET /v1/models/{model}', { summary: 'Get a graph', tag });
  app.get('/v1/models/:model', (c) => c.json(toModel(findModel(graphs, c.req.param('model')))));

  return app;
}

/** The graph of a name. Throws a `CallerError` that points at the field `model` when there is none. */
export function findModel(graphs: GraphShelf, model: string): LoadedGraph {
  const found = graphs.get(model);
  if (found) return found;
  const names = graphs.list().map(({ name }) => name);
  const message = `there is no graph ${model}; there is: ${names.join(', ') || 'none'}`;
  throw new CallerError('not-found', 'The model does not exist.', { issues: [{ path: 'model', message }] });
}
