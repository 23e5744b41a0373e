import { randomUUID } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { CachedAnswer } from '../../db/cached-answers.ts';
import type { AiMessage } from '../../message.ts';
import { askAgent } from '../ask-agent.ts';
import { guardInput } from '../guard-input.ts';
import { tellOf } from '../node-ear.ts';
import type { Machine, SeatedGraph } from '../seat.ts';
import type { StateUpdate, StateValues } from '../state.ts';
import { findKeptAnswer } from './find-kept-answer.ts';
import { keepAnswer } from './keep-answer.ts';
import { type Question, questionOf } from './question-of.ts';

/**
 * The node of an agent: gives the answer that was kept for the turn's question, or asks the agent. A kept answer says so in its
 * `response_metadata.cache`: `{ answers, similarity, answered_at }`.
 */
export async function speak(
  machine: Machine,
  seated: SeatedGraph,
  agent: string,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const question = questionOf(machine, seated, state.messages, config);
  if (!question) return askAgent(machine, seated, agent, state, config);
  const signal = config.signal ?? new AbortController().signal;

  if (state.messages.length > 1) {
    const update = await askAgent(machine, seated, agent, state, config);
    if (update.done) await keepAnswer(machine, seated, question, { state, update, signal });
    return update;
  }
  const { knowledge, found } = await findKeptAnswer(machine, question, signal);
  if (found && (await mayBeAnswered(machine, seated, agent, state, signal)))
    return giveAgain(question, found, config);
  const course = { ...state.course, knowledge };
  const update = await askAgent(machine, seated, agent, { ...state, course }, config);
  return { course, ...update };
}

/** What a guard holds back is held back whoever has asked the like before. */
async function mayBeAnswered(
  machine: Machine,
  seated: SeatedGraph,
  agent: string,
  { messages }: StateValues,
  signal: AbortSignal,
): Promise<boolean> {
  const run = { machine, seated, signal, tell: () => undefined };
  return (await guardInput(run, agent, messages)).blocked === undefined;
}

function giveAgain(question: Question, found: CachedAnswer, config: LangGraphRunnableConfig): StateUpdate {
  const { message, similarity, created_at, question_hash } = found;
  const step = Number(config.metadata?.langgraph_step ?? 0);
  const agent = message.name;
  const again: AiMessage = {
    ...message,
    id: randomUUID(),
    response_metadata: {
      ...message.response_metadata,
      cache: {
        answers: question_hash === question.hash ? 'exact' : 'semantic',
        similarity,
        answered_at: created_at.toISOString(),
      },
    },
  };
  const tell = tellOf(config);
  tell({ type: 'agent-start', agent, step });
  tell({ type: 'text-delta', agent, messageId: again.id, text: again.content, step });
  return { messages: [again], agent, done: true };
}
