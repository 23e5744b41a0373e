import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Caller } from '../tenancy.ts';

/** How long this process goes by what it knows without asking the database again, in milliseconds. */
export const memoryMs = 3_000;
/** How much it remembers of each kind; the oldest goes first. */
const most = 10_000;

/** What was found a moment ago. What fails is not remembered; who asks while it is looked for waits for the same answer. */
export interface Memory<Value> {
  recall(key: string, find: () => Promise<Value>): Promise<Value>;
  forget(): void;
}

/** What this process knows of who asks. A change that it makes itself counts at once; one of another process after `memoryMs`. */
export interface Memories {
  callers: Memory<Caller | undefined>;
  tenants: Memory<'active' | 'suspended' | 'unknown'>;
  /** Whether there is anybody at all. */
  identities: Memory<boolean>;
}

const memories = new WeakMap<Kysely<Schema>, Memories>();

/** What is known of the callers whose keys this database has. */
export function memoriesOf(db: Kysely<Schema>): Memories {
  const known = memories.get(db) ?? {
    callers: openMemory(),
    tenants: openMemory(),
    identities: openMemory(),
  };
  memories.set(db, known);
  return known;
}

/** After a change of keys, tokens, users or tenants: all of it is looked up again. */
export function forgetCallers(db: Kysely<Schema>): void {
  for (const memory of Object.values(memoriesOf(db))) memory.forget();
}

export function openMemory<Value>(milliseconds = memoryMs): Memory<Value> {
  let known = new Map<string, { found: Promise<Value>; until: number }>();
  return {
    recall(key, find) {
      const remembered = known.get(key);
      if (remembered && remembered.until > performance.now()) return remembered.found;
      known.delete(key);
      if (known.size >= most) known.delete(known.keys().next().value ?? '');
      const entry = { found: find(), until: performance.now() + milliseconds };
      known.set(key, entry);
      entry.found.catch(() => known.get(key) === entry && known.delete(key));
      return entry.found;
    },
    forget() {
      known = new Map();
    },
  };
}
