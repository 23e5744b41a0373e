import type { LoggedEvent } from '../../../turn-event.ts';
import type { StateAt } from '../run-view.ts';
import { customPieces } from './custom-pieces.ts';
import { lifecyclePieces } from './lifecycle-pieces.ts';
import { messagePieces } from './message-pieces.ts';
import { type Piece, type ProtocolEvent, seqOf } from './protocol-event.ts';
import { inputPieces, statePieces, updatePieces } from './state-pieces.ts';
import { taskPieces } from './task-pieces.ts';
import { followThread, type ThreadView } from './thread-view.ts';
import { toolPieces } from './tool-pieces.ts';

/** What a logged event says on a channel. `view` is what is known with the event, `before` without it. */
export type PiecesOf = (
  event: LoggedEvent,
  view: ThreadView | undefined,
  before: ThreadView | undefined,
) => Piece[];

/** In the order in which the pieces of one event stand. Another order would give events other numbers. */
const channels: PiecesOf[] = [
  messagePieces,
  taskPieces,
  toolPieces,
  updatePieces,
  customPieces,
  statePieces,
  inputPieces,
  lifecyclePieces,
];

/**
 * A thread's log as LangGraph's thread protocol tells it. A pure mapping: the same log gives the same events with the
 * same numbers. It has to be given from its first event, or from the first of a run that began when no other was under
 * way; what a client has or does not want is left out behind it.
 */
export async function* translateLog(
  log: AsyncIterable<LoggedEvent>,
  stateAt: StateAt,
): AsyncGenerator<ProtocolEvent> {
  let view: ThreadView | undefined;
  for await (const event of log) {
    const before = view;
    view = await followThread(before, event, stateAt);
    const known = view?.runId === event.runId ? channels : [lifecyclePieces]; // it may never have begun
    const pieces = known.flatMap((piecesOf) => piecesOf(event, view, before));
    for (const [place, piece] of pieces.entries()) {
      yield { ...piece, seq: seqOf(event.seq, place), at: event.at };
    }
  }
}
