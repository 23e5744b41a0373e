import type { StoredArray } from './array-memory.ts';
import type { NewValue } from './put-checkpoint.ts';
import { dumpValue } from './serializer.ts';

/** A chain with more branch points below it than this begins anew, so that no row's `base` grows without end. */
const basesAtMost = 16;

/** A value that is stored by itself. */
export function planWhole(channel: string, version: string, value: unknown): NewValue {
  const data = dumpValue(value);
  return {
    channel,
    version,
    data,
    chain: null,
    chain_start: null,
    chain_end: null,
    chain_from: 0,
    base: null,
    after: null,
  };
}

/** The items that an array adds to what is stored of it; all of them, as a new chain, when nothing is. */
export function planArray(
  channel: string,
  version: string,
  items: readonly unknown[],
  stored: StoredArray | undefined,
): NewValue {
  const start = stored && stored.base.length < basesAtMost ? stored : undefined;
  const known = start?.items.length ?? 0;
  const position = (start?.from ?? 0) + known;
  return {
    channel,
    version,
    data: items.slice(known).map(dumpValue).join(','),
    chain: start?.chain ?? version,
    chain_start: position,
    chain_end: position + items.length - known,
    chain_from: start?.from ?? 0,
    base: start?.base ?? [],
    after: start?.version ?? null,
  };
}
