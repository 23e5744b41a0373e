import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { closeTicket, getTicket, listTickets, type Ticket } from '../db/tickets.ts';
import { CallerError } from '../errors.ts';
import { hasScope } from '../identity/scopes.ts';
import { type Message, textOf } from '../message.ts';
import { currentCaller } from '../tenancy.ts';
import { answerTicket, noTicket } from '../turn/answer-ticket.ts';
import { readState } from '../turn/thread-state.ts';
import { theCaller } from './auth/the-caller.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import { invalid, problem, shown } from './route-parts.ts';

const tags = ['Tickets'];
const lastMessages = 20;
const statuses = ['open', 'answered', 'closed'] as const;
const ticketId = z.guid('expected a UUID').toLowerCase();

const querySchema = z.strictObject({
  status: z.enum(statuses).optional(),
  limit: z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(1)
    .max(200)
    .default(50),
  after: ticketId.optional().describe('The `next` of the page before.'),
});

const fields = {
  id: z.uuid(),
  thread_id: z.uuid(),
  run_id: z.uuid().describe('The run in which it was opened.'),
  agent: z.string().describe('Who opened it.'),
  status: z.enum(statuses),
  urgency: z.enum(['low', 'normal', 'high']),
  summary: z.string(),
  contact: z.string().nullable(),
  answer: z.string().nullable(),
  answered_by: z.string().nullable().describe('The id of a key or a user.'),
  created_at: z.iso.datetime(),
  answered_at: z.iso.datetime().nullable(),
  closed_at: z.iso.datetime().nullable(),
};
const ticketSchema = z.object(fields).openapi('Ticket');
const messageSchema = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant']),
  name: z.string().optional().describe('The agent, or `person`.'),
  content: z.string(),
});
const wholeSchema = z
  .object({
    ...fields,
    messages: z
      .array(messageSchema)
      .nullable()
      .describe(
        `What was said last, ${lastMessages} messages at most; null for whoever may not read threads.`,
      ),
  })
  .openapi('TicketWithMessages');
const pageSchema = z
  .object({
    tickets: z.array(ticketSchema),
    next: z.uuid().nullable().describe('The `after` of the next page; null on the last.'),
  })
  .openapi('TicketPage');
const answerSchema = z
  .strictObject({
    text: z.string().trim().min(1).max(20_000).describe('What the user is told, in the thread.'),
  })
  .openapi('TicketAnswer');

const params = z.object({ ticket_id: ticketId });
const path = '/api/v1/tickets/{ticket_id}';
const missing = problem('There is no such ticket.');

const routes = {
  list: createRoute({
    method: 'get',
    path: '/api/v1/tickets',
    tags,
    summary: 'List tickets, the newest first',
    request: { query: querySchema },
    responses: { 200: shown(pageSchema, 'A page of them.'), 400: invalid },
  }),
  get: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'Get a ticket and what was said',
    request: { params },
    responses: { 200: shown(wholeSchema, 'The ticket.'), 400: invalid, 404: missing },
  }),
  answer: createRoute({
    method: 'post',
    path: `${path}/answer`,
    tags,
    summary: 'Answer a ticket',
    description: 'The text becomes the newest message of the thread, said by `person`. Once.',
    request: {
      params,
      body: { required: true, content: { 'application/json': { schema: answerSchema } } },
    },
    responses: {
      200: shown(ticketSchema, 'It is answered.'),
      400: invalid,
      404: missing,
      409: problem('It is not open, or a run of the thread is under way.'),
    },
  }),
  close: createRoute({
    method: 'post',
    path: `${path}/close`,
    tags,
    summary: 'Close a ticket, answered or not',
    request: { params },
    responses: {
      200: shown(ticketSchema, 'It is closed.'),
      400: invalid,
      404: missing,
      409: problem('It is closed already.'),
    },
  }),
};

/** Conversations that agents handed to a person. */
export function ticketRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db } = context;
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(routes.list, async (c) => {
    const { limit, ...query } = c.req.valid('query');
    const found = await listTickets(db, { ...query, limit: limit + 1 });
    const tickets = found.slice(0, limit);
    const next = found.length > limit ? (tickets.at(-1)?.ticket_id ?? null) : null;
    return c.json({ tickets: tickets.map(toWire), next }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const ticket = await find(c.req.valid('param').ticket_id);
    return c.json({ ...toWire(ticket), messages: await messagesOf(ticket) }, 200);
  });

  app.openapi(routes.answer, async (c) => {
    const { text } = c.req.valid('json');
    const by = theCaller().id;
    return c.json(toWire(await answerTicket(context, c.req.valid('param').ticket_id, { text, by })), 200);
  });

  app.openapi(routes.close, async (c) => {
    const ticket = await find(c.req.valid('param').ticket_id);
    const closed = await closeTicket(db, ticket.ticket_id);
    if (!closed) throw new CallerError('conflict', 'The ticket is closed already.');
    return c.json(toWire(closed), 200);
  });

  return app;

  async function find(id: string): Promise<Ticket> {
    const ticket = await getTicket(db, id);
    if (!ticket) throw noTicket(id);
    return ticket;
  }

  /** What somebody reads who looks after the thread: no calls, and no results of tools. */
  async function messagesOf(ticket: Ticket): Promise<z.infer<typeof messageSchema>[] | null> {
    if (!hasScope(currentCaller()?.scopes, 'runs:read')) return null;
    const state = await readState(context, ticket.thread_id);
    return (state?.values.messages ?? []).flatMap(toLine).slice(-lastMessages);
  }
}

function toLine(message: Message): z.infer<typeof messageSchema>[] {
  if (message.type !== 'human' && message.type !== 'ai') return [];
  const content = textOf(message.content);
  if (!content.trim()) return [];
  const role = message.type === 'human' ? 'user' : 'assistant';
  return [{ id: message.id, role, ...(message.name && { name: message.name }), content }];
}

function toWire({ ticket_id: id, tenant_id: _, ...ticket }: Ticket): z.infer<typeof ticketSchema> {
  return JSON.parse(JSON.stringify({ id, ...ticket })); // dates become texts
}
