import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { watchThread } from '../../../turn/watch-thread.ts';
import { checkInput } from '../../check-input.ts';
import { savedStates } from '../saved-states.ts';
import { type CarryOut, type CommandContext, successFrame } from './answer-command.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { type EventFilter, eventFilterSchema, wants } from './event-filter.ts';
import { formatEvent, loggedOf, type ProtocolEvent } from './protocol-event.ts';
import { readLogUpTo } from './read-log-up-to.ts';
import { translateLog } from './translate-log.ts';

/** Subscriptions of one socket, at most. */
const most = 100;

export interface Subscriptions {
  methods: ReadonlyMap<string, CarryOut>;
  /** Sends what is subscribed to, until the signal aborts. */
  run(): Promise<void>;
}

type Next = IteratorResult<ProtocolEvent, unknown>;

interface Joining {
  id: string;
  command: Command;
}

/** What subscriptions need of their socket. */
export interface Line {
  write: (frame: object) => Promise<void>;
  /** Resolves when the commands that have come by now are carried out. */
  settled: () => Promise<unknown>;
  signal: AbortSignal;
}

/**
 * The subscriptions of one socket. One reader goes through the thread's log for all of them, and sends each event once; who
 * joins later first gets what the others have had, while they wait. So the events of a socket are in their order, and each
 * subscription's `success` stands before its events. Who asked to join is let in before the next event is sent: a client that joins with one
 * subscription after the other takes the end of a run, where it sees it in the first, for the end of all.
 */
export function openSubscriptions(
  { context, threadId }: CommandContext,
  { write, settled, signal }: Line,
): Subscriptions {
  const filters = new Map<string, EventFilter>();
  const live = new Set<string>();
  let joining: Joining[] = [];
  let ring: () => void = () => undefined;
  let sent = -1;

  async function subscribe(command: Command): Promise<undefined> {
    const filter = checkInput(eventFilterSchema, command.params);
    if (filters.size >= most)
      throw new CommandError('invalid_argument', `A socket has ${most} subscriptions at most.`);
    const id = randomUUID();
    filters.set(id, filter);
    joining.push({ id, command });
    ring();
  }

  async function unsubscribe({ params }: Command): Promise<object> {
    const { subscription_id: id } = checkInput(z.object({ subscription_id: z.string() }), params);
    live.delete(id);
    if (!filters.delete(id))
      throw new CommandError('no_such_subscription', `There is no subscription ${id}.`);
    return {};
  }

  async function letIn(): Promise<void> {
    const joined = joining;
    joining = [];
    for (const { id, command } of joined) {
      await write(successFrame(command, { subscription_id: id }));
      if (sent >= 0) await repeat(id);
      live.add(id);
    }
  }

  /** Sends one subscription what the others have had. */
  async function repeat(id: string): Promise<void> {
    const log = readLogUpTo(context.db, threadId, loggedOf(sent));
    for await (const event of translateLog(log, savedStates(context))) {
      if (signal.aborted || event.seq > sent) return;
      await send(event, [id]);
    }
  }

  async function send(event: ProtocolEvent, to: Iterable<string>): Promise<void> {
    const wanted = [...to].some((id) => {
      const filter = filters.get(id);
      return filter && wants(filter, event);
    });
    if (wanted) await write(formatEvent(event));
  }

  async function run(): Promise<void> {
    await untilJoined(undefined);
    const events = translateLog(watchThread(context, { threadId, signal }), savedStates(context));
    let coming: Promise<Next> | undefined;
    while (!signal.aborted) {
      await letIn();
      coming ??= events.next();
      coming.catch(() => undefined); // untilJoined hears of it
      const next = await untilJoined(coming);
      if (!next) continue;
      coming = undefined;
      if (next.done) return;
      await settled();
      await letIn();
      await send(next.value, live);
      sent = next.value.seq;
    }
  }

  /** What comes, or nothing when somebody joins before. */
  function untilJoined(coming: Promise<Next> | undefined): Promise<Next | undefined> {
    return new Promise((resolve, reject) => {
      ring = () => resolve(undefined);
      coming?.then(resolve, reject);
      if (joining.length > 0) ring();
    });
  }

  const methods = new Map<string, CarryOut>([
    ['subscription.subscribe', subscribe],
    ['subscription.unsubscribe', unsubscribe],
  ]);
  return { methods, run };
}
