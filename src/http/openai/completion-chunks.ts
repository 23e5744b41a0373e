import { CallerError } from '../../errors.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { faultOf } from '../fault.ts';
import { errorObject } from './answer-error-object.ts';
import { answerOf, type CompletionHead, completionId, extensionOf, usageOf } from './completion.ts';
import { faultOfTurn } from './fault-of-turn.ts';

/**
 * A turn's events as the server-sent events of a streamed completion. Text comes as the agents say it; what
 * an agent said on the way and what the next one says are parted by an empty line. A turn that fails ends
 * with an error object and without `[DONE]`.
 */
export async function* completionChunks(
  events: AsyncIterable<LoggedEvent>,
  head: CompletionHead,
  { includeUsage }: { includeUsage: boolean },
): AsyncGenerator<string> {
  const chunk = (choices: object[], more: object = {}) =>
    format({
      id: completionId(head),
      object: 'chat.completion.chunk',
      created: head.created,
      model: head.model,
      choices,
      ...(includeUsage && { usage: null }),
      ...more,
    });
  const delta = (said: object) => chunk([{ index: 0, delta: said, logprobs: null, finish_reason: null }]);
  const speech = openSpeech();

  yield delta({ role: 'assistant', content: '' });
  for await (const event of events) {
    if (event.type === 'text-delta') yield delta({ content: speech.say(event.messageId, event.text) });
    if (event.type === 'turn-error') return yield format(errorObject(faultOfTurn(event)));
    if (event.type !== 'turn-end' && event.type !== 'interrupted') continue;
    const rest = speech.finish(event.type === 'turn-end' ? event.answer.id : '', answerOf(event));
    if (rest) yield delta({ content: rest });
    const stop = { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' };
    yield chunk([stop], { baton: extensionOf(head, event) });
    if (includeUsage) yield chunk([], { usage: usageOf(event) });
    return yield 'data: [DONE]\n\n';
  }
  yield format(errorObject(faultOf(new CallerError('unavailable', 'The turn was stopped before its end.'))));
}

function format(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Keeps what was said apart, by message, and knows what of the answer was not. */
function openSpeech() {
  const said = new Map<string, string>();
  function say(id: string, text: string): string {
    const parted = said.size > 0 && !said.has(id);
    said.set(id, (said.get(id) ?? '') + text);
    return parted ? `\n\n${text}` : text;
  }
  function finish(id: string, answer: string): string {
    const before = said.get(id) ?? '';
    return answer.startsWith(before) && answer.length > before.length
      ? say(id, answer.slice(before.length))
      : '';
  }
  return { say, finish };
}
