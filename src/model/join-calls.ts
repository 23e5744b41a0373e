import { errorMessage } from '../errors.ts';
import type { Call, InvalidCall, JsonObject } from '../message.ts';

/** A part of a call as it comes in a stream: the first has the name, all have text of the arguments. */
export interface CallPiece {
  id?: string | undefined;
  name?: string | undefined;
  args?: string | undefined;
  index?: string | number | undefined;
}

interface Gathered {
  id: string;
  name: string;
  args: string;
  index: CallPiece['index'];
}

/**
 * Puts the calls of a stream together, in the order in which they began. A piece belongs to the call of its
 * index, unless it brings another id, or a name with whole arguments before it: some servers number every call 0.
 */
export function joinCalls(pieces: CallPiece[]): { calls: Call[]; invalidCalls: InvalidCall[] } {
  const gathered: Gathered[] = [];
  for (const piece of pieces) {
    const call = ownerOf(piece, gathered);
    if (call) addTo(call, piece);
    else
      gathered.push({
        id: piece.id ?? '',
        name: piece.name ?? '',
        args: piece.args ?? '',
        index: piece.index,
      });
  }
  const read = gathered.map(readCall);
  return {
    calls: read.filter((call): call is Call => !('error' in call)),
    invalidCalls: read.filter((call): call is InvalidCall => 'error' in call),
  };
}

function ownerOf(piece: CallPiece, gathered: Gathered[]): Gathered | undefined {
  const owner = gathered.findLast((call) => piece.index === undefined || call.index === piece.index);
  if (!owner) return undefined;
  const otherId = Boolean(piece.id && owner.id && piece.id !== owner.id);
  const anotherCall = Boolean(piece.name && owner.name && isObject(owner.args));
  return otherId || anotherCall ? undefined : owner;
}

function addTo(call: Gathered, { id, name, args }: CallPiece): void {
  call.id ||= id ?? '';
  if (name && call.name !== name) call.name += name;
  call.args += args ?? '';
}

function readCall({ id, name, args }: Gathered): Call | InvalidCall {
  try {
    return { id, name, args: readArguments(args), type: 'tool_call' };
  } catch (error) {
    return { id, name, args, error: errorMessage(error), type: 'invalid_tool_call' };
  }
}

/** No arguments at all are none; a function without parameters is called so. */
function readArguments(text: string): JsonObject {
  const value: unknown = JSON.parse(text.trim() || '{}');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('the arguments must be a JSON object');
  }
  return value as JsonObject; // just parsed from JSON
}

function isObject(text: string): boolean {
  try {
    return readArguments(text) !== undefined && text.trim() !== '';
  } catch {
    return false;
  }
}
