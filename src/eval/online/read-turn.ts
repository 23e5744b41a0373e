import type { Kysely } from 'kysely';
import { readEvents } from '../../db/events.ts';
import { getRun, type Run } from '../../db/runs.ts';
import type { Schema } from '../../db/schema.ts';
import { textOf } from '../../message.ts';
import { isLast, type LoggedEvent } from '../../turn-event.ts';
import { costOfRun } from '../running/cost-of-run.ts';
import { inputOfRun } from '../running/input-of-run.ts';
import { toTranscript } from '../running/to-transcript.ts';
import type { TurnTranscript } from '../transcript.ts';

/** A turn of users that is over. */
export interface UserTurn {
  run: Run;
  version: string;
  /** Who answered; empty where nobody did. */
  agent: string;
  transcript: TurnTranscript;
}

const page = 1_000;

/** What happened in a run. Undefined where it, its thread or its log is gone, and where it has no end that counts. */
export async function readTurn(db: Kysely<Schema>, runId: string): Promise<UserTurn | undefined> {
  const run = await getRun(db, runId);
  if (!run) return undefined;
  const events = await readAll(db, runId);
  const start = events.findLast((event) => event.type === 'turn-start');
  const end = events.findLast(isLast);
  if (!start || !end || (end.type === 'turn-error' && end.rolledBack)) return undefined;
  const { messages, update } = inputOfRun(run);
  const said = [...(update?.messages ?? []), ...messages].map(({ content }) => textOf(content)).join('\n');
  return {
    run,
    version: start.version,
    agent: end.type === 'turn-end' ? end.answer.name : '',
    transcript: toTranscript(said, events, await costOfRun(db, runId)),
  };
}

async function readAll(db: Kysely<Schema>, runId: string): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (;;) {
    const some = await readEvents(db, { runId, after: events.at(-1)?.seq ?? 0, limit: page });
    events.push(...some);
    if (some.length < page) return events;
  }
}
