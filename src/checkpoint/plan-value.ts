import type { StoredArray } from './array-memory.ts';
import type { NewValue } from './put-checkpoint.ts';
import { dumpValue } from './serializer.ts';

/** A chain with more branch points below it than this begins anew, so that no row's `base` grows without end. */
const basesAtMost = 16;

/** A value that is stored by itself. */
export function planWhole(channel: string, version: string, data: string): NewValue {
  return { channel, version, data };
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
    data: items.slice(known).map(dumpValue).join(',\n'),
    chain: start?.chain ?? version,
    chain_start: position,
    chain_end: position + items.length - known,
    ...(start && start.from > 0 && { chain_from: start.from }),
    base: start?.base ?? [],
    ...(start && { after: start.version }),
  };
}
