import { isDeepStrictEqual } from 'node:util';
import { type AiMessage, textOf } from '../../src/message.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../../src/model/chat-model.ts';
import { reply } from '../support/scripted-model.ts';
import type { Move } from './gold-script.ts';

/** A model that plays many scripts at once, each in its own thread. */
export interface GoldModel {
  chat: ChatModel;
  /** By the word in brackets that the turn's question begins with. */
  scripts: Map<string, Move[]>;
  /** What was asked of the model that no script foresees. */
  surprises: string[];
}

/**
 * Keeps no place in a script: it reads from the conversation which replies were given, compares them with
 * the script, and gives the next one. Rejects what the script does not foresee.
 */
export function goldModel(): GoldModel {
  const scripts = new Map<string, Move[]>();
  const surprises: string[] = [];
  const chat: ChatModel = async (request, onText) => {
    request.signal.throwIfAborted();
    try {
      const next = toReply(nextMove(request, scripts), request);
      if (next.text) onText(next.text);
      return next;
    } catch (error) {
      surprises.push(String(error));
      throw error;
    }
  };
  return { chat, scripts, surprises };
}

function nextMove({ agent, messages }: ChatRequest, scripts: Map<string, Move[]>): Move {
  const asked = messages.findLastIndex((message) => message.type === 'human');
  const question = messages[asked]?.type === 'human' ? textOf(messages[asked].content) : '';
  const moves = scripts.get(/^\[(.+?)\]/.exec(question)?.[1] ?? '');
  if (!moves) throw new Error(`no script begins with: ${question}`);

  const given = messages.slice(asked).filter((message) => message.type === 'ai');
  const strange = given.findIndex((message, at) => !isDeepStrictEqual(toMove(message), moves[at]));
  if (strange >= 0)
    throw new Error(`reply ${strange + 1} is not the script's: ${JSON.stringify(given[strange])}`);
  const next = moves[given.length];
  if (!next) throw new Error(`${agent.name} is asked after the end of the script`);
  if (next.agent !== agent.name) throw new Error(`${agent.name} is asked where it is ${next.agent}'s turn`);
  return next;
}

function toMove({ name, tool_calls }: AiMessage): Move {
  return { agent: name, calls: tool_calls.map((call) => ({ name: call.name, args: call.args })) };
}

/** Every reply of a script uses the same ids: the machine makes them unique. */
function toReply({ agent, calls }: Move, { tools }: ChatRequest): ChatReply {
  const missing = calls.find(({ name }) => !tools.some((tool) => tool.name === name));
  if (missing) throw new Error(`${agent} is not offered ${missing.name}`);
  if (calls.length === 0) return reply({ text: 'All is done.' });
  return reply({ calls: calls.map((call, at) => ({ id: `call_${at}`, ...call })), stop: 'calls' });
}
