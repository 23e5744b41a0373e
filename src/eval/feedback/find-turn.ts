import { type Kysely, sql } from 'kysely';
import { getRun, type Run } from '../../db/runs.ts';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import type { Message } from '../../message.ts';
import type { AgentStart, TurnEnd, TurnEvent, TurnStart } from '../../turn-event.ts';

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
 * The run in which an agent said a message. Looked for in the text of the events, which Postgres need not read as JSON for that: it cannot where
 * `\u0000` stands in it.
 */
async function findMessage(
  db: Kysely<Schema>,
  { threadId, messageId }: { threadId: string; messageId: string },
): Promise<Said | undefined> {
  const rows = await db
    .selectFrom('baton.event')
    .select(['run_id', 'data'])
    .where('thread_id', '=', threadId)
    .where('type', 'in', ['step-end', 'turn-end'])
    .where(sql<boolean>`strpos(data::text, ${JSON.stringify(messageId)}) > 0`)
    .orderBy('seq')
    .limit(20)
    .execute();
  for (const { run_id: runId, data } of rows) {
    const found = messagesOf(data as typeof data & TurnEvent).find(({ id }) => id === messageId); // as it was logged
    if (found?.type === 'ai') return { runId, messageId, agent: found.name };
  }
  return undefined;
}

function messagesOf(event: TurnEvent): Message[] {
  if (event.type === 'turn-end') return [event.answer];
  if (event.type !== 'step-end') return [];
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
    .select('data')
    .where('thread_id', '=', run.thread_id)
    .where('run_id', '=', run.run_id)
    .where('type', 'in', ['turn-start', 'agent-start', 'turn-end'])
    .orderBy('seq')
    .execute();
  const events = rows.map(({ data }) => data as typeof data & (TurnStart | AgentStart | TurnEnd)); // as they were logged
  const start = events.findLast((event) => event.type === 'turn-start');
  const end = events.findLast((event) => event.type === 'turn-end');
  const spoke = events.flatMap((event) => (event.type === 'agent-start' ? event.agent : []));
  return {
    version: start?.version ?? run.graph_version ?? '',
    agents: [...new Set([...spoke, ...(end?.path ?? [])])],
    answered: end?.answer.name,
  };
}
