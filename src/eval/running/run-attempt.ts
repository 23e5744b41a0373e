import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../errors.ts';
import type { CassetteMiss } from '../../model/cassettes/cassette-miss.ts';
import type { Cassettes } from '../../model/cassettes/open-cassettes.ts';
import { atPlace, type Place } from '../../model/cassettes/place.ts';
import { newId } from '../../new-id.ts';
import { acceptTurn } from '../../turn/accept-turn.ts';
import { tooManySteps } from '../../turn/run-turn.ts';
import { watchRun } from '../../turn/watch-run.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import type { Score } from '../score.ts';
import { scoreTurn } from '../scorers/score-turn.ts';
import type { Case, CaseTurn } from '../suite.ts';
import type { Attempt } from '../suite-run.ts';
import type { TurnTranscript } from '../transcript.ts';
import { costOfRun } from './cost-of-run.ts';
import type { Places } from './places.ts';
import type { Subject } from './subject.ts';
import { toTranscript } from './to-transcript.ts';

export interface AttemptContext {
  subject: Subject;
  places: Places;
  /** Where replies are recorded or replayed. */
  cassettes?: Cassettes;
  /** The models always say the same, so that only the machine can have been too slow. */
  deterministic: boolean;
  signal: AbortSignal;
}

/**
 * Has one conversation on a new thread and scores its turns. Never rejects for what happens in it: what the model, the database or a scorer
 * could not do makes an attempt `errored`, a recording that is not there makes it `stale`. Rejects when the signal aborts.
 */
export async function runAttempt(context: AttemptContext, tried: Case, where: Place): Promise<Attempt> {
  const threadId = newId();
  const place = { ...where, attempt: threadId };
  context.places.set(threadId, place);
  const attempt: Attempt = { repeat: place.repeat, outcome: 'passed', scores: [], transcript: { turns: [] } };
  try {
    for (const [at, turn] of tried.turns.entries()) {
      const seen = await runTurn(context, tried, threadId, at, turn);
      attempt.transcript.turns.push(seen);
      const fault = faultOf(context, place, seen);
      if (fault) return { ...attempt, ...fault };
      attempt.scores.push(await atPlace(place, () => score(context, tried, at, attempt)));
    }
    context.cassettes?.end(place, true);
    return { ...attempt, outcome: outcomeOf(attempt.scores) };
  } catch (error) {
    context.cassettes?.end(place, false);
    context.signal.throwIfAborted();
    const [miss] = context.cassettes?.misses(place) ?? [];
    if (miss) return { ...attempt, outcome: 'stale', error: tellMiss(miss) };
    return { ...attempt, outcome: 'errored', error: errorMessage(error) };
  } finally {
    for (const turn of attempt.transcript.turns) for (const call of turn.calls) delete call.artifact;
  }
}

async function runTurn(
  { subject, signal }: AttemptContext,
  { graph, history, configurable }: Case,
  threadId: string,
  at: number,
  { ask, resume }: CaseTurn,
): Promise<TurnTranscript> {
  const { context } = subject;
  const { runId } = await acceptTurn(context, {
    graph,
    threadId,
    ifNotExists: at === 0 ? 'create' : 'reject',
    ...(at === 0 && history.length > 0 && { history }),
    input: ask === undefined ? [] : [{ type: 'human', id: randomUUID(), content: ask }],
    ...(resume !== undefined && { resume }),
    ...(Object.keys(configurable).length > 0 && { config: { configurable } }),
    metadata: {},
    kwargs: {},
    multitask: 'enqueue',
  });
  const events: LoggedEvent[] = [];
  for await (const event of watchRun(context, { threadId, runId, signal })) events.push(event);
  signal.throwIfAborted();
  await context.ledger.flush();
  return toTranscript(ask ?? JSON.stringify(resume), events, await costOfRun(context.db, runId));
}

/** What says nothing about the case: the model, the machine or the recording was at fault. */
function faultOf(
  { cassettes, deterministic }: AttemptContext,
  place: Place,
  { error }: TurnTranscript,
): Pick<Attempt, 'outcome' | 'error'> | undefined {
  const [miss] = cassettes?.misses(place) ?? [];
  if (miss) return { outcome: 'stale', error: tellMiss(miss) };
  if (!error || isOwn(error, deterministic)) return undefined;
  return { outcome: 'errored', error: error.message };
}

/** Whether a turn that ended in an error did so by itself: it took too many steps, or too long. */
function isOwn({ error, message }: { error: string; message: string }, deterministic: boolean): boolean {
  if (error === 'timeout') return !deterministic;
  return error === 'internal' && message === tooManySteps;
}

function tellMiss({ agent, ordinal, kind, why }: CassetteMiss): string {
  const what = kind === 'new' ? 'nothing was recorded' : 'something else was recorded';
  return `For request ${ordinal + 1} of ${agent} ${what}: ${why}`;
}

async function score(
  { subject, signal }: AttemptContext,
  tried: Case,
  at: number,
  { transcript }: Attempt,
): Promise<Score[]> {
  const turn = transcript.turns[at];
  if (!turn) throw new Error(`Turn ${at} of ${tried.id} has not been.`);
  return scoreTurn({ case: tried, at, turn, transcript, subject, signal });
}

/** Scores that could not be measured decide nothing; where none was, nothing is known. */
function outcomeOf(scores: Score[][]): Attempt['outcome'] {
  const measured = scores.flat().filter(({ value }) => value !== null);
  if (measured.length === 0) return 'errored';
  return measured.every(({ passed }) => passed) ? 'passed' : 'failed';
}
