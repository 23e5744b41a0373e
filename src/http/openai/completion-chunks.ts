import { CallerError } from '../../errors.ts';
import type { StateValues } from '../../handoff/state.ts';
import { textOf } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { faultOf } from '../fault.ts';
import type { StateAt } from '../langgraph/run-view.ts';
import { errorObject } from './answer-error-object.ts';
import {
  annotationsOf,
  answerOf,
  type CompletionHead,
  completionId,
  extensionOf,
  usageOf,
} from './completion.ts';
import { faultOfTurn } from './fault-of-turn.ts';
import { openSpeaker, type Speaker, type Speech } from './speech.ts';
import { openToldText } from './told-text.ts';

export interface ChunkOptions {
  includeUsage: boolean;
  stateAt: StateAt;
}

/**
 * A turn's events as the server-sent events of a streamed completion. Text comes as the agents say it; what
 * an agent said on the way and what the next one says are parted by an empty line. A turn that fails ends
 * with an error object and without `[DONE]`. What was said already is not said again by another attempt.
 */
export async function* completionChunks(
  events: AsyncIterable<LoggedEvent>,
  head: CompletionHead,
  { includeUsage, stateAt }: ChunkOptions,
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
  const speaker = openSpeaker();
  const told = openToldText();
  const speak = (pieces: Speech[]) =>
    pieces.flatMap((piece) => {
      const content = told.add(piece);
      return content ? [delta({ content })] : [];
    });

  yield delta({ role: 'assistant', content: '' });
  for await (const event of events) {
    if (event.type === 'turn-start' && event.attempt > 1) yield* speak(goOn(speaker, await stateAt(event)));
    if (event.type === 'text-delta') yield* speak(speaker.hear(event.messageId, event.text));
    if (event.type === 'turn-error') return yield format(errorObject(faultOfTurn(event)));
    if (event.type !== 'turn-end' && event.type !== 'interrupted') continue;
    yield* speak(speaker.finish(event.type === 'turn-end' ? event.answer.id : '', answerOf(event)));
    const annotations =
      event.type === 'turn-end' ? annotationsOf(event, told.placeOf(event.answer.content)) : {};
    const stop = { index: 0, delta: annotations, logprobs: null, finish_reason: 'stop' };
    yield chunk([stop], { baton: extensionOf(head, event) });
    if (includeUsage) yield chunk([], { usage: usageOf(event) });
    return yield 'data: [DONE]\n\n';
  }
  yield format(errorObject(faultOf(new CallerError('unavailable', 'The turn was stopped before its end.'))));
}

function format(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Another attempt: what was being said and is saved is said to its end, and what was not saved is lost. */
function goOn(speaker: Speaker, { messages }: StateValues): Speech[] {
  const pieces = speaker.lose(new Set(messages.map(({ id }) => id)));
  const heard = messages.filter((message) => message.type === 'ai' && speaker.knows(message.id));
  return [...pieces, ...heard.flatMap(({ id, content }) => speaker.finish(id, textOf(content)))];
}
