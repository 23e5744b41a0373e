import type { AppContext } from '../../app-context.ts';
import { readThreadEvents } from '../../db/events.ts';
import { getRun, type Run } from '../../db/runs.ts';
import { type Json, type Message, textOf } from '../../message.ts';
import { isLast, type LoggedEvent } from '../../turn-event.ts';
import { inputOfRun } from '../running/input-of-run.ts';
import { toTranscript } from '../running/to-transcript.ts';
import type { TurnTranscript } from '../transcript.ts';

/** One turn of a thread as it was: what was said or decided, and what came of it. */
export interface PastTurn {
  ask?: string;
  resume?: Json;
  /** Earlier messages that came with it. */
  history: Message[];
  /** Files and images came with it. */
  hadParts: boolean;
  transcript: TurnTranscript;
  run: Run;
}

/** The turns of a thread that are over, in order; those that were taken back are left out, and those in which nobody said anything. */
export async function readPastTurns(db: AppContext['db'], threadId: string): Promise<PastTurn[]> {
  const byRun = Map.groupBy(await readAll(db, threadId), ({ runId }) => runId);
  const turns: PastTurn[] = [];
  for (const [runId, events] of byRun) {
    const run = await getRun(db, runId);
    const turn = run && toPastTurn(run, events);
    if (turn) turns.push(turn);
  }
  return turns;
}

const page = 1_000;

async function readAll(db: AppContext['db'], threadId: string): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (;;) {
    const some = await readThreadEvents(db, { threadId, after: events.at(-1)?.seq ?? 0, limit: page });
    events.push(...some);
    if (some.length < page) return events;
  }
}

function toPastTurn(run: Run, events: LoggedEvent[]): PastTurn | undefined {
  const end = events.findLast(isLast);
  if (!end || (end.type === 'turn-error' && end.rolledBack)) return undefined;
  const { messages, history, resume, update } = inputOfRun(run);
  const said = [...(update?.messages ?? []), ...messages];
  const ask = said
    .map(({ content }) => textOf(content))
    .join('\n')
    .trim();
  if (ask === '' && resume === undefined) return undefined;
  return {
    ...(resume === undefined ? { ask } : { resume }),
    history,
    hadParts: said.some(
      ({ content }) => typeof content !== 'string' && content.some(({ type }) => type !== 'text'),
    ),
    transcript: toTranscript(ask, events, { dollars: null, modelCalls: 0 }),
    run,
  };
}
