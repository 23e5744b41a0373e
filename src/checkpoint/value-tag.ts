import type { Json } from '../message.ts';

/**
 * The key that marks what JSON has no form for: `{"$baton": kind, "value": …}`. Only the encoder writes it;
 * a plain object that has the key itself is saved as a list of entries, so a reader never mistakes one.
 */
export const tagKey = '$baton';

export type TagKind =
  | 'bigint'
  | 'bytes'
  | 'command'
  | 'date'
  | 'error'
  | 'map'
  | 'message'
  | 'number'
  | 'overwrite'
  | 'record'
  | 'regexp'
  | 'send'
  | 'set'
  | 'snapshot'
  | 'text'
  | 'undefined';

export function tagged(kind: TagKind, value: Json): Json {
  return { [tagKey]: kind, value };
}
