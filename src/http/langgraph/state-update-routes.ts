import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { updateState } from '../../turn/update-state.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { toUpdate, updateValuesSchema } from './read-update.ts';
import { checkpointOf } from './wire-state.ts';

const checkpointId = z.string().max(128).nullish();
const bodySchema = z.object({
  values: updateValuesSchema,
  as_node: z
    .string()
    .nullish()
    .describe(
      'Whose step this is, which says what comes next: an agent, `tools`, or `__start__` for a user.',
    ),
  checkpoint_id: checkpointId.describe('The saved state to change, which begins a branch; else the newest.'),
  checkpoint: z.object({ checkpoint_id: checkpointId }).nullish(),
});

/** States: changed by hand. */
export function stateUpdateRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads/{thread_id}/state', {
    summary: 'Change the state by hand',
    description:
      'Adds messages of users, agents and tools to the history, or says who speaks next, as a new saved state. The next run goes on from it. Without values, an older state becomes the newest.',
    tag: 'LangGraph: states',
    body: bodySchema,
    example: { values: { messages: [{ role: 'assistant', content: 'A person told you so already.' }] } },
  });
  app.post('/threads/:thread_id/state', async (c) => {
    const threadId = readThreadId(c);
    const { values, as_node: asNode, checkpoint_id, checkpoint } = await readBody(c, bodySchema);
    const from = checkpoint_id ?? checkpoint?.checkpoint_id;
    const saved = await updateState(context, threadId, [toUpdate(values, { asNode, checkpointId: from })]);
    return c.json({ checkpoint: checkpointOf(threadId, saved) });
  });

  return app;
}
