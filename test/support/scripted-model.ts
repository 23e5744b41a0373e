import type { JsonObject } from '../../src/message.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../../src/model/chat-model.ts';

export type Step = ChatReply | ((request: ChatRequest) => ChatReply | Promise<ChatReply>);

/**
 * A model that says what a test wrote down for it, one step a call. `requests` are the calls so far. A call for which
 * no step remains rejects, and `done` throws for steps that nobody asked for.
 */
export function scriptedModel(steps: Step[]): ChatModel & { requests: ChatRequest[]; done(): void } {
  const requests: ChatRequest[] = [];
  const model: ChatModel = async (request, onText) => {
    request.signal.throwIfAborted();
    const { signal, attempts: _, ...plain } = request;
    requests.push({ ...structuredClone(plain), signal });
    const step = steps[requests.length - 1];
    if (!step) throw new Error(`unexpected call ${requests.length} (${request.agent.name}), no steps remain`);
    const reply = typeof step === 'function' ? await step(request) : step;
    for (const word of reply.text.match(/\S+\s*|\s+/g) ?? []) onText(word);
    return reply;
  };
  return Object.assign(model, {
    requests,
    done() {
      const left = steps.length - requests.length;
      if (left > 0) throw new Error(`${left} of ${steps.length} steps were not asked for`);
    },
  });
}

/** A reply of text alone. */
export function say(text: string): ChatReply {
  return reply({ text });
}

/** A reply that calls one tool. */
export function call(tool: string, args: JsonObject = {}): ChatReply {
  return reply({ calls: [{ id: `call_${tool}`, name: tool, args }], stop: 'calls' });
}

/** A reply that hands over. */
export function transfer(agent: string, brief: JsonObject = {}): ChatReply {
  return call(`transfer_to_${agent}`, brief);
}

/** One reply with the texts and calls of several: `both(say('One moment.'), call('a'), call('b'))`. */
export function both(...replies: ChatReply[]): ChatReply {
  const calls = replies.flatMap((one, at) =>
    one.calls.map((asked) => ({ ...asked, id: `${asked.id}_${at}` })),
  );
  const text = replies.map((one) => one.text).join('');
  return reply({ text, calls, stop: calls.length > 0 ? 'calls' : 'end' });
}

/** Any reply, said by what differs from an empty one. */
export function reply(part: Partial<ChatReply>): ChatReply {
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
  return { text: '', calls: [], invalidCalls: [], usage, model: 'scripted', stop: 'end', ...part };
}
