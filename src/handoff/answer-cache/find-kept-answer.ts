import { type CachedAnswer, findAnswer, findNearAnswer } from '../../db/cached-answers.ts';
import type { Machine } from '../seat.ts';
import type { Question } from './question-of.ts';
import { mayMeanTheSame } from './same-question.ts';

/** The state of the tenant's knowledge now, and the answer that was kept for a question in that state, if there is one. */
export async function findKeptAnswer(
  machine: Machine,
  question: Question,
  signal: AbortSignal,
): Promise<{ knowledge: number; found?: CachedAnswer }> {
  const { db } = machine.database;
  const { knowledge, found } = await findAnswer(db, question);
  if (found || question.cache.answers === 'exact') return { knowledge, ...(found && { found }) };
  const vector = await embedQuestion(machine, question.text, signal);
  if (!vector) return { knowledge };
  const near = await findNearAnswer(db, { ...question, knowledge }, vector, question.cache.similarity);
  const same = near.find((kept) => mayMeanTheSame(question.text, kept.question ?? ''));
  return { knowledge, ...(same && { found: same }) };
}

/** Without a vector the question is answered as if nothing were kept. */
export async function embedQuestion(
  { embedder, log }: Machine,
  text: string,
  signal: AbortSignal,
): Promise<number[] | undefined> {
  try {
    const [vector] = await embedder.embed([text], signal);
    return vector;
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'a question cannot be compared with those that were answered');
    return;
  }
}
