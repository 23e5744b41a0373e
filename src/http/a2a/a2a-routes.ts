import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { type FoundAssistant, findAssistant } from '../langgraph/find-assistant.ts';
import { askedUrl } from './asked-url.ts';

const tag = 'A2A';
/** Some clients end addresses with a slash. */
const ends = ['', '/'] as const;
const cardPath = '.well-known/agent-card.json';
const cardSchema = z.object({
  assistant_id: z.string().min(1).optional().describe('May be left out where there is one graph.'),
});

/**
 * The Agent2Agent protocol, versions 1.0 and 0.3, over JSON-RPC: every assistant is an agent, a context is a thread, and a task is a
 * run with those that resume it.
 */
export function a2aRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, `GET /${cardPath}`, {
    summary: 'Get the card of an assistant as an agent',
    tag,
    query: cardSchema,
  });
  app.get(`/${cardPath}`, async (c) => {
    const { assistant_id: asked } = checkInput(cardSchema, c.req.query());
    return answerCard(c, asked ?? onlyGraph());
  });

  describe(app, `GET /a2a/{assistant_id}/${cardPath}`, {
    summary: 'Get the card of an assistant as an agent',
    tag,
  });
  app.get(`/a2a/:assistant_id/${cardPath}`, (c) => answerCard(c, c.req.param('assistant_id')));

  for (const end of ends) {
    describe(app, `POST /a2a/{assistant_id}${end}`, {
      summary: 'Speak the Agent2Agent protocol with an assistant',
      description:
        'JSON-RPC of the versions 1.0 and 0.3: `SendMessage` and `message/send`, `SendStreamingMessage` and `message/stream`, `GetTask` and `tasks/get`, `CancelTask` and `tasks/cancel`, `SubscribeToTask` and `tasks/resubscribe`.',
      tag,
      body: z.looseObject({}),
      example: {
        jsonrpc: '2.0',
        id: 1,
        method: 'message/send',
        params: {
          message: {
            role: 'user',
            parts: [{ kind: 'text', text: 'How many films are longer than two hours?' }],
          },
        },
      },
    });
    app.post(`/a2a/:assistant_id${end}`, async (c) => {
      const { answerCall } = await import('./answer-call.ts');
      return answerCall(context, c, await find(c.req.param('assistant_id')));
    });
  }

  return app;

  function find(asked: string): Promise<FoundAssistant> {
    return findAssistant(context, asked);
  }

  async function answerCard(c: Context<HttpEnv>, asked: string): Promise<Response> {
    const { agentCard, wireCard } = await import('./agent-card.ts');
    return c.json(wireCard(agentCard(await find(asked), askedUrl(c))));
  }

  function onlyGraph(): string {
    const names = context.graphs.list().map(({ name }) => name);
    const [only, ...others] = names;
    if (only !== undefined && others.length === 0) return only;
    const message = `say which one: ${names.join(', ')}, or the id of an assistant`;
    const issues = [{ path: 'assistant_id', message }];
    throw new CallerError('invalid-request', 'The request is not valid.', { issues });
  }
}
