import type { GatheredCheckpoint } from '../../checkpoint/checkpoint-journal.ts';
import type { TimedEvent } from '../../db/event-rows.ts';
import type { TurnEvent } from '../../turn-event.ts';
import type { BatchEnd } from './batch.ts';

/** What a run has said and done since it was last asked what there is to write. */
export class Gathering {
  readonly events: TimedEvent[] = [];
  readonly checkpoints: GatheredCheckpoint[] = [];
  end: BatchEnd | undefined;
  #outcome = Promise.withResolvers<void>();

  constructor() {
    this.#outcome.promise.catch(() => undefined); // who waits for it hears
  }

  isEmpty(): boolean {
    return this.events.length + this.checkpoints.length === 0;
  }

  /** Nothing but text that streams. */
  isSpeech(): boolean {
    return this.checkpoints.length === 0 && this.events.every(({ type }) => type === 'text-delta');
  }

  /** Deltas of the same message become one event. */
  add(event: TurnEvent): void {
    const last = this.events.at(-1);
    if (event.type === 'text-delta' && last?.type === 'text-delta' && last.messageId === event.messageId)
      last.text += event.text; // an object of its own
    else this.events.push({ ...event, at: Date.now() });
  }

  /** The run ends with this event. */
  close(last: TurnEvent, end: BatchEnd): void {
    this.events.push({ ...last, at: Date.now() });
    this.end = end;
  }

  /** As it was before `close`. */
  reopen(): void {
    this.events.pop();
    this.end = undefined;
  }

  /** Resolves when it is written; rejects when that has failed once more. */
  outcome(): Promise<void> {
    return this.#outcome.promise;
  }

  wrote(): void {
    this.#outcome.resolve();
  }

  /** It may be tried again. */
  failed(error: unknown): void {
    const before = this.#outcome;
    this.#outcome = Promise.withResolvers();
    this.#outcome.promise.catch(() => undefined);
    before.reject(error);
  }
}
