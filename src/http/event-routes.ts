import { setTimeout as sleep } from 'node:timers/promises';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { covers } from '../identity/covers.ts';
import { domainEventTypes } from '../knowledge/events/add-event.ts';
import { handOnEvents } from '../knowledge/events/hand-on-events.ts';
import {
  type DomainEvent,
  type EventFilter,
  newestEvent,
  readEvents,
} from '../knowledge/events/read-events.ts';
import { everyMs, watchFeeds } from '../knowledge/events/watch-feeds.ts';
import { currentCaller } from '../tenancy.ts';
import { StreamMovedError } from '../turn/stream-moved-error.ts';
import { checkInput, invalidInput } from './check-input.ts';
import { faultOf } from './fault.ts';
import type { HttpEnv } from './http-env.ts';
import { problemSchema } from './problem-schema.ts';
import { serverSentEvents, streamAnswer } from './stream-answer.ts';

const whole = z.coerce.number('expected a whole number').int('expected a whole number');
const number = whole.min(0).max(Number.MAX_SAFE_INTEGER);

const querySchema = z.strictObject({
  after: number
    .optional()
    .describe(
      'The `next` of the page before, or an id: what came after it. Absent: from the oldest; of a stream: from now.',
    ),
  limit: whole.min(1).max(1_000).default(100).describe('Of a page; a stream has no end.'),
  type: z.enum(domainEventTypes).optional(),
  collection: z.string().min(1).max(63).optional(),
});

const eventSchema = z
  .object({
    id: z.int().describe('Counts up from 1 in a tenant, without gaps.'),
    type: z.enum(domainEventTypes),
    collection: z.string().nullable(),
    document_id: z.uuid().nullable(),
    data: z.looseObject({}),
    created_at: z.iso.datetime(),
  })
  .openapi('DomainEvent');

const pageSchema = z
  .object({
    events: z.array(eventSchema).describe('The oldest first.'),
    next: z.int().describe('The `after` with which to ask for what comes next, also when nothing came.'),
  })
  .openapi('DomainEventPage');

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/events',
  tags: ['Knowledge'],
  summary: 'Read what happened to documents, collections and tickets',
  description:
    'In the order in which it came to be seen: who asks again with `next` misses nothing, as long as it asks before events go (`BATON_EVENT_DAYS`). With `Accept: text/event-stream` a stream that goes on for as long as the client stays; the header `Last-Event-ID` says after which event. Events of tickets are for members who may read tickets of all graphs.',
  request: {
    query: querySchema,
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: {
      description: 'A page of events, or all that come.',
      content: { 'application/json': { schema: pageSchema }, 'text/event-stream': { schema: z.string() } },
    },
    400: {
      description: 'The request is not valid.',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  },
});

/** The feed of domain events: by the page, and as a stream. */
export function eventRoutes({ db, queue, turns }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
  const feeds = watchFeeds({ db, queue });

  // The answer has one of two types, which the declaration of a route cannot tell apart by a header.
  app.openapi(listRoute, (async (c: Context<HttpEnv>) => {
    const asked = querySchema.parse(c.req.query());
    return c.req.header('accept')?.includes('text/event-stream') ? stream(c, asked) : page(c, asked);
  }) as never);

  return app;

  async function page(c: Context<HttpEnv>, { after = 0, limit, ...filter }: Asked): Promise<Response> {
    await handOnEvents(db, queue);
    const newest = await newestEvent(db);
    const events = await readEvents(db, { after, noTickets: !seesTickets(), ...filter }, limit);
    const last = events.at(-1)?.id ?? after;
    return c.json({ events, next: events.length === limit ? last : Math.max(last, after, newest) });
  }

  async function stream(c: Context<HttpEnv>, { after, type, collection }: Asked): Promise<Response> {
    const from = readLastId(c) ?? after ?? (await feeds.newest());
    return streamAnswer(
      c,
      (signal) => follow({ after: from, type, collection, noTickets: !seesTickets() }, signal),
      {
        wire: serverSentEvents,
        onError: (error) => lastWords(c, error),
      },
    );
  }

  /** Throws a `StreamMovedError` when the service stops. */
  async function* follow(filter: EventFilter, left: AbortSignal): AsyncGenerator<string> {
    yield ': open\n'; // a quiet feed has nothing else to say that the stream is there
    const signal = AbortSignal.any([left, turns.closed.signal]);
    let { after } = filter;
    while (!signal.aborted) {
      const newest = await feeds.newest();
      while (after < newest && !signal.aborted) {
        const events = await readEvents(db, { ...filter, after }, 100);
        for (const event of events) {
          after = event.id;
          yield toFrame(event);
        }
        if (events.length === 0) after = newest; // nothing up to there is wanted
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    if (turns.closed.signal.aborted && !left.aborted) throw new StreamMovedError();
  }
}

/** As the tickets themselves: for who may read them, of whatever graph they are. */
function seesTickets(): boolean {
  const caller = currentCaller();
  return (
    caller !== undefined && !caller.graphs && covers(caller, { role: 'member', scopes: ['tickets:read'] })
  );
}

type Asked = z.output<typeof querySchema>;

function readLastId(c: Context): number | undefined {
  const id = c.req.header('last-event-id');
  return id
    ? checkInput(z.object({ 'Last-Event-ID': number }), { 'Last-Event-ID': id })['Last-Event-ID']
    : undefined;
}

function toFrame(event: DomainEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function lastWords(c: Context<HttpEnv>, error: unknown): string {
  const { status, code, message } = faultOf(error);
  if (status >= 500 && !(error instanceof CallerError)) c.get('log').error({ err: error }, 'a stream failed');
  return `event: error\ndata: ${JSON.stringify({ code, message })}\n\n`;
}
