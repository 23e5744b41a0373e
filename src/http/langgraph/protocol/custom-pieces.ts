import type { LoggedEvent } from '../../../turn-event.ts';
import type { Piece } from './protocol-event.ts';

/**
 * The channel `custom`: what tools say while they work, and by their names what the machine does that no other channel
 * tells: `custom:handoff`, `custom:handoff-refused`, `custom:repair`, `custom:guard`, and `custom:turn-end` with the turn's path and evidence.
 */
export function customPieces(event: LoggedEvent): Piece[] {
  const { seq: _seq, runId: _run, threadId: _thread, at: _at, ...told } = event;
  switch (told.type) {
    case 'custom':
      return [{ method: 'custom', node: 'tools', data: said(told.data) }];
    case 'handoff':
    case 'handoff-refused':
    case 'repair':
    case 'guard':
    case 'turn-end': {
      const { type: name, ...payload } = told;
      return [{ method: 'custom', data: { name, payload } }];
    }
    default:
      return [];
  }
}

/** A tool may name what it says: `{ name, payload }`. */
function said(data: unknown): object {
  const named = data !== null && typeof data === 'object' && 'name' in data && 'payload' in data;
  if (named && typeof data.name === 'string') return { name: data.name, payload: data.payload };
  return { payload: data };
}
