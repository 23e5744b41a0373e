import { putAnswer } from '../../db/cached-answers.ts';
import type { AiMessage, Message } from '../../message.ts';
import type { Tool } from '../define-tool.ts';
import type { Machine, SeatedGraph } from '../seat.ts';
import type { StateUpdate, StateValues } from '../state.ts';
import { transferIn } from '../transfer.ts';
import { embedQuestion } from './find-kept-answer.ts';
import type { Question } from './question-of.ts';

/**
 * Keeps the answer that a turn came to, where it rests on documents alone: every call was one of a `steady` tool that succeeded, and
 * nobody's patience was spent. That it cannot be kept is no failure of the turn.
 */
export async function keepAnswer(
  machine: Machine,
  seated: SeatedGraph,
  question: Question,
  { state, update, signal }: { state: StateValues; update: StateUpdate; signal: AbortSignal },
): Promise<void> {
  const course = update.course ?? state.course;
  const message = update.messages?.at(-1);
  if (course.knowledge === undefined || message?.type !== 'ai' || !isWhole(message)) return;
  if (course.repairs.limit > 0 || !restsOnDocuments(seated, state.messages)) return;
  const semantic = question.cache.answers === 'semantic';
  try {
    const vector = semantic ? await embedQuestion(machine, question.text, signal) : undefined;
    const key = { ...question, knowledge: course.knowledge };
    await putAnswer(machine.database.db, key, {
      graph: seated.graph.name,
      message: { ...message, usage_metadata: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } },
      minutes: question.cache.minutes,
      ...(semantic && { question: question.text.replaceAll('\0', ' ').toWellFormed() }),
      ...(vector && { vector }),
    });
  } catch (error) {
    signal.throwIfAborted();
    machine.log.warn({ err: error, graph: seated.graph.name }, 'an answer could not be kept');
  }
}

/** Said to its end: neither by a guard nor cut off. */
function isWhole({ response_metadata: { finish_reason } = {} }: AiMessage): boolean {
  return finish_reason !== 'guard' && finish_reason !== 'length';
}

function restsOnDocuments({ seats }: SeatedGraph, messages: Message[]): boolean {
  const tools = new Map<string, Tool>(
    [...seats.values()].flatMap((seat) => seat.tools.map((tool) => [tool.name, tool])),
  );
  const results = messages.filter((message) => message.type === 'tool' && !transferIn(message));
  return (
    results.length > 0 &&
    results.every(
      (result) => result.type === 'tool' && result.status === 'success' && tools.get(result.name)?.steady,
    )
  );
}
