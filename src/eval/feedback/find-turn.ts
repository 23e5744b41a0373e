import { type Kysely, sql } from 'kysely';
import { eventsOf, hasType } from '../../db/event-rows.ts';
import { getRun, type Run } from '../../db/runs.ts';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import type { Message } from '../../message.ts';
import type { StepEnd, TurnEnd } from '../../turn-event.ts';

/** A turn that is over, as feedback is about it. */
export interface EndedTurn {
  runId: string;
  threadId: string;
  graph: string;
  version: string;
  /** Who spoke, in order. */
  agents: string[];
  /** Who said what is meant: the message, or the answer; empty where nobody spoke. */
  agent: string;
  messageId: string | null;
}

/** What names a turn: its run, or a message that an agent said in it. */
export type TurnName = { runId: string } | { threadId: string; messageId: string };

/**
 * The turn that is meant, among those that the caller may see. Throws a `CallerError`: `not-found`, and `conflict` while the turn is under way.
 */
export async function findTurn(db: Kysely<Schema>, named: TurnName): Promise<EndedTurn> {
  const said = 'messageId' in named ? await findMessage(db, named) : undefined;
  const runId = 'runId' in named ? named.runId : said?.runId;
  const run = runId === undefined ? undefined : await getRun(db, runId);
  if (!run) throw missing(named);
  if (run.status === 'pending' || run.status === 'running')
    throw new CallerError('conflict', `The run ${run.run_id} has not ended.`);
  const { version, agents, answered } = await readCourse(db, run);
  return {
    runId: run.run_id,
    threadId: run.thread_id,
    graph: run.graph,
    version,
    agents,
    agent: said?.agent ?? answered ?? agents.at(-1) ?? '',
    messageId: said?.messageId ?? null,
  };
}

function missing(named: TurnName): CallerError {
  const what = 'runId' in named ? `run ${named.runId}` : `message of an agent with this id in that thread`;
  return new CallerError('not-found', `There is no ${what}.`);
}

interface Said {
  runId: string;
  messageId: string;
  agent: string;
}

/**
 * The run in which an agent said a message. Looked for in the text of the events: Postgres cannot read JSON where `\u0000` stands in it.
 */
async function findMessage(
  db: Kysely<Schema>,
  { threadId, messageId }: { threadId: string; messageId: string },
): Promise<Said | undefined> {
  const rows = await db
    .selectFrom('baton.event')
    .select(['run_id', 'events'])
    .where('thread_id', '=', threadId)
    .where(hasType('step-end', 'turn-end'))
    .where(sql<boolean>`strpos(events, ${JSON.stringify(messageId)}) > 0`)
    .orderBy('first_seq')
    .limit(20)
    .execute();
  for (const row of rows) {
    const said = eventsOf([row], 'step-end', 'turn-end').flatMap(messagesOf);
    const found = said.find(({ id }) => id === messageId);
    if (found?.type === 'ai') return { runId: row.run_id, messageId, agent: found.name };
  }
  return undefined;
}

function messagesOf(event: StepEnd | TurnEnd): Message[] {
  if (event.type === 'turn-end') return [event.answer];
  const { messages } = event.update as { messages?: Message[] }; // what a step adds to the state
  return Array.isArray(messages) ? messages : [];
}

/** What the log still says of a run: of old ones it may have the last event alone. */
async function readCourse(
  db: Kysely<Schema>,
  run: Run,
): Promise<{ version: string; agents: string[]; answered: string | undefined }> {
  const rows = await db
    .selectFrom('baton.event')
    .select('events')
    .where('run_id', '=', run.run_id)
    .orderBy('first_seq')
    .execute();
  const events = eventsOf(rows, 'turn-start', 'agent-start', 'turn-end');
  const start = events.findLast((event) => event.type === 'turn-start');
  const end = events.findLast((event) => event.type === 'turn-end');
  const spoke = events.flatMap((event) => (event.type === 'agent-start' ? event.agent : []));
  return {
    version: start?.version ?? run.graph_version ?? '',
    agents: [...new Set([...spoke, ...(end?.path ?? [])])],
    answered: end?.answer.name,
  };
}
