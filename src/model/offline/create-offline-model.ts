import { createHash } from 'node:crypto';
import type { ChatModel, ChatReply, ChatRequest } from '../chat-model.ts';
import type { Embedder } from '../embedder.ts';
import { guessUsage } from '../estimate-usage.ts';
import type { NextStep } from './plan-next-step.ts';

/**
 * A model that needs no provider, and is no language model: it plans from the agents' own examples, calls the
 * tools and follows the handoffs that they name, and writes answers from what the tools brought. The same
 * request always has the same reply. It does not understand what no example shows it, and says so.
 */
export function createOfflineModel(embedder: Embedder): ChatModel {
  return async (request, onText) => {
    request.signal.throwIfAborted();
    const { planNextStep } = await import('./plan-next-step.ts'); // who asks a provider does without
    const step = await planNextStep(embedder, request);
    request.signal.throwIfAborted();
    const reply = toReply(request, step);
    for (const word of reply.text.match(/\S+\s*|\s+/g) ?? []) {
      onText(word);
      request.signal.throwIfAborted();
    }
    return reply;
  };
}

function toReply(request: ChatRequest, step: NextStep): ChatReply {
  const whole = 'say' in step ? step.say : '';
  const text =
    request.maxTokens === undefined ? whole : whole.slice(0, request.maxTokens * charactersPerToken);
  const calls = 'call' in step ? [{ id: callId(request, step.call), ...step.call }] : [];
  return {
    text,
    calls,
    invalidCalls: [],
    usage: guessUsage(request, text, calls),
    model: 'offline',
    stop: calls.length > 0 ? 'calls' : text === whole ? 'end' : 'length',
  };
}

/** It has no tokens: see `guessUsage`. */
const charactersPerToken = 4;

/** The same call at the same place of a conversation has the same id. */
function callId({ agent, messages }: ChatRequest, call: object): string {
  const content = JSON.stringify([agent.name, messages.length, call]);
  return `call_${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
}
