import type { AppContext } from '../../app-context.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { namesOfThread } from './names-of-thread.ts';
import { openScrubber } from './open-scrubber.ts';
import { type PastTurn, readPastTurns } from './past-turn.ts';
import { proposeHistory } from './propose-history.ts';
import { proposeTurn } from './propose-turn.ts';
import { tellFeedback } from './tell-feedback.ts';
import { writeProposal } from './write-proposal.ts';

export interface PromoteOptions {
  /** The suite that it is for; absent: one of its own. */
  suite?: string;
  /** Names and words that must not stay, beside those that metadata and users' accounts tell. */
  redact?: readonly string[];
}

export interface Promoted {
  /** Of the suite's file, without its ending. */
  name: string;
  yaml: string;
  /** What was replaced, and what could not be taken along. */
  notes: string[];
}

/**
 * Makes a proposed case of a thread: its turns as they were said, and what came of them as what is expected. Secrets, addresses, accounts,
 * long numbers and the names that are known have stand-ins of the same shape, the same one wherever the same thing stands. What only people
 * can recognize, such as a street or a name that nobody told, stays: somebody has to read it.
 *
 * Rejects with a `CallerError`: `not-found` for a thread that is not there, `unprocessable` for one in which no turn is over.
 */
export async function promoteThread(
  { db }: Pick<AppContext, 'db'>,
  threadId: string,
  { suite, redact = [] }: PromoteOptions = {},
): Promise<Promoted> {
  const thread = await getThread(db, threadId);
  if (!thread) throw new CallerError('not-found', `There is no thread ${threadId}.`);
  const past = await readPastTurns(db, threadId);
  const [first] = past;
  if (!first) throw new CallerError('unprocessable', 'No turn of this thread is over.');
  const names = await namesOfThread(
    db,
    thread.metadata,
    past.map(({ run }) => run),
  );
  const scrub = openScrubber([...names, ...redact]);
  const feedback = await tellFeedback(db, threadId);
  const { graph } = first.run;
  const id = `promoted-${threadId.slice(-12)}`;
  const messages = proposeHistory(first.history, scrub);
  const turns = past.map((turn) => proposeTurn(turn, feedback.get(turn.run.run_id) ?? [], scrub));
  const notes = [...scrub.notes(), ...leftOut(past)];
  const yaml = writeProposal({ id, description: describe(suite), graph, messages, turns, notes });
  return { name: suite === undefined ? id : `${suite}-${id}`, yaml, notes };
}

function describe(suite: string | undefined): string {
  return `A conversation of production${suite === undefined ? '' : `, for ${suite}`}.`;
}

function leftOut(past: PastTurn[]): string[] {
  const parts = past.filter(({ hadParts }) => hadParts).length;
  const graphs = [...new Set(past.map(({ run }) => run.graph))];
  return [
    ...(parts > 0 ? [`Files and images of ${parts} turns are left out.`] : []),
    ...(graphs.length > 1 ? [`Its turns ran on ${graphs.join(', ')}: a case has one graph.`] : []),
  ];
}
