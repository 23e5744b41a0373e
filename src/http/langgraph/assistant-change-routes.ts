import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { changeAssistant, createAssistant, deleteAssistant, getAssistant } from '../../db/assistants.ts';
import { CallerError } from '../../errors.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { addMetadata, assistantFieldsSchema } from './assistant-fields.ts';
import { lasting } from './assistant-of-graph.ts';
import { deleteThreadsOf } from './assistant-threads.ts';
import { noAssistant, readAssistant, readAssistantId, readOwn } from './find-assistant.ts';
import { findGraph } from './find-graph.ts';
import { wireAssistant } from './wire-assistant.ts';

const tag = 'LangGraph: assistants';
const createSchema = assistantFieldsSchema.extend({
  graph_id: z.string().min(1, 'expected the name of a graph'),
  assistant_id: z.guid('expected a UUID').toLowerCase().nullish(),
  if_exists: z.enum(['raise', 'do_nothing']).nullish(),
});
const patchSchema = assistantFieldsSchema.extend({
  graph_id: z.string().min(1, 'expected the name of a graph').nullish(),
});
const deleteSchema = z.object({
  delete_threads: z
    .enum(['true', 'false', '1', '0'])
    .default('false')
    .describe('Whether the threads go too that it ran on last.'),
});

/** Assistants made, changed and deleted. */
export function assistantChangeRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db, graphs } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /assistants', { summary: 'Make an assistant', tag, body: createSchema });
  app.post('/assistants', async (c) => {
    const { graph_id, assistant_id, if_exists, ...said } = await readBody(c, createSchema);
    const assistantId = assistant_id ?? randomUUID();
    const graph = findGraph(graphs, graph_id).name;
    const there = await readOwn(context, assistantId);
    const made = there ? undefined : await createAssistant(db, assistantId, toFields({ graph, ...said }));
    if (made) return c.json(wireAssistant(made));
    if (if_exists === 'do_nothing') return c.json(wireAssistant(await readAssistant(context, assistantId)));
    throw new CallerError('conflict', `There is an assistant ${assistantId} already.`);
  });

  describe(app, 'PATCH /assistants/{assistant_id}', {
    summary: 'Change an assistant: it has one version more',
    description: 'Metadata is added to, key by key; config and context take the place of what was there.',
    tag,
    body: patchSchema,
  });
  app.patch('/assistants/:assistant_id', async (c) => {
    const asked = c.req.param('assistant_id');
    const assistantId = readAssistantId(graphs, asked);
    const { graph_id, metadata, description, ...said } = await readBody(c, patchSchema);
    const graph = graph_id ? findGraph(graphs, graph_id).name : undefined;
    const own = await readOwn(context, assistantId);
    const changed = await changeAssistant(db, assistantId, own && lasting(own), (current) => ({
      graph: graph ?? current.graph,
      name: said.name ?? current.name,
      description: description == null ? current.description : description || null,
      config: said.config ?? current.config,
      context: said.context ?? current.context,
      metadata: addMetadata(current.metadata, metadata ?? {}),
    }));
    if (!changed) throw noAssistant(graphs, asked);
    return c.json(wireAssistant(changed));
  });

  describe(app, 'DELETE /assistants/{assistant_id}', {
    summary: 'Delete an assistant',
    description:
      'The one that a graph has of its own is what the graph’s files say again. Runs go on with what they began with.',
    tag,
    query: deleteSchema,
    answer: z.array(z.string()),
  });
  app.delete('/assistants/:assistant_id', async (c) => {
    const { delete_threads } = checkInput(deleteSchema, c.req.query());
    const { assistant_id: assistantId, name } = await readAssistant(context, c.req.param('assistant_id'));
    if (!(await getAssistant(db, assistantId))) throw ofItsOwn(name);
    if (delete_threads === 'true' || delete_threads === '1') await deleteThreadsOf(context, assistantId);
    await deleteAssistant(db, assistantId);
    return c.json([assistantId]);
  });

  return app;
}

function toFields({ graph, ...said }: z.output<typeof assistantFieldsSchema> & { graph: string }) {
  return {
    graph,
    name: said.name ?? 'Untitled',
    description: said.description || null,
    config: said.config ?? {},
    context: said.context ?? {},
    metadata: said.metadata ?? {},
  };
}

function ofItsOwn(graph: string): CallerError {
  return new CallerError(
    'conflict',
    `This assistant is the graph "${graph}" itself, as its files are: it goes when the graph's file goes.`,
  );
}
