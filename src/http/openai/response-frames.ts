import { CallerError } from '../../errors.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { faultOf } from '../fault.ts';
import { errorObject } from './answer-error-object.ts';
import type { ResponseEvent, ResponseLog } from './response-log.ts';

/** A response's events as server-sent events, those behind the number `after`; from the first when it is absent. */
export async function* responseFrames(
  log: ResponseLog,
  events: AsyncIterable<LoggedEvent>,
  after = -1,
): AsyncGenerator<string> {
  const wanted = (told: ResponseEvent[]) =>
    told.filter(({ sequence_number }) => sequence_number > after).map(format);
  yield* wanted(log.begin());
  for await (const event of events) yield* wanted(await log.next(event));
  if (log.ended) return;
  yield errorFrame(log, new CallerError('unavailable', 'The turn was stopped before its end.'));
}

/** The last frame of a stream that cannot go on. */
export function errorFrame(log: ResponseLog, error: unknown): string {
  const { message, type, param } = errorObject(faultOf(error)).error;
  return format({ type: 'error', code: type, message, param, sequence_number: log.numbered });
}

function format(event: ResponseEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
