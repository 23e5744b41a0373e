import type { Kysely } from 'kysely';
import type { SecretKey } from '../../config/secrets.ts';
import { readSealedKeys, type StoredKey, usesSharedKeys } from '../../db/model-keys.ts';
import type { Schema } from '../../db/schema.ts';
import type { Logger } from '../../log.ts';
import { SecretError } from '../../secrets/secret-error.ts';
import { unseal } from '../../secrets/unseal.ts';
import { asService } from '../../tenancy.ts';
import type { KeyStore, OwnedKeys } from './key-sources.ts';
import type { ModelKey } from './model-key.ts';
import { openRecentMap } from './recent-map.ts';

export interface StoredKeysOptions {
  secretKeys: readonly SecretKey[];
  /** What base URLs of the service's keys may lead to beside public addresses. */
  allow: readonly string[];
  log: Logger;
  now?: () => number;
}

export interface StoredKeys extends KeyStore {
  /** What was read is read anew: somebody changed it here. */
  forget(owner: string | null): void;
}

interface Read extends OwnedKeys {
  readAt: number;
  rows: readonly StoredKey[];
}

const most = 500;
/** How long it takes at most until a change made in another process is seen in this one. */
const freshMs = 10_000;

/** The place that a key's secret is sealed for. */
export function placeOfSecret(owner: string | null, keyId: string) {
  return { tenant: owner, table: 'baton.model_key', row: keyId };
}

/**
 * The keys of the database, read as the service, for each owner once in ten seconds. A key whose secret does not open is there as
 * a disabled one. While the database is away, what was read last is used.
 */
export function openStoredKeys(db: Kysely<Schema>, options: StoredKeysOptions): StoredKeys {
  const { log, now = Date.now } = options;
  const reads = openRecentMap<string | null, Read>(most);
  const under = new Map<string | null, Promise<Read>>();
  return {
    async of(owner) {
      const last = reads.get(owner);
      if (last && now() - last.readAt < freshMs) return last;
      try {
        return await (under.get(owner) ?? begin(owner, last));
      } catch (error) {
        if (!last) throw error;
        log.warn({ err: error }, 'the model keys of the database could not be read again');
        return last;
      }
    },
    known: () => [...reads.values()].flatMap(({ keys }) => keys),
    forget(owner) {
      const last = reads.get(owner);
      if (last) reads.set(owner, { ...last, readAt: Number.NEGATIVE_INFINITY });
      under.delete(owner);
    },
  };

  function begin(owner: string | null, last: Read | undefined): Promise<Read> {
    const reading = readOwned(db, owner, last, options).then((rest) => {
      const read = { ...rest, readAt: now() };
      if (under.get(owner) === reading) reads.set(owner, read); // else it was changed meanwhile
      return read;
    });
    under.set(owner, reading);
    const done = () => under.get(owner) === reading && under.delete(owner);
    reading.then(done, done);
    return reading;
  }
}

async function readOwned(
  db: Kysely<Schema>,
  owner: string | null,
  last: Read | undefined,
  options: StoredKeysOptions,
): Promise<Omit<Read, 'readAt'>> {
  const [rows, shared] = await asService(() =>
    Promise.all([readSealedKeys(db, owner), owner === null ? false : usesSharedKeys(db, owner)]),
  );
  const keys = rows.map((row) => {
    const before = last?.rows.findIndex((old) => old.key_id === row.key_id && isSame(old, row)) ?? -1;
    return last?.keys[before] ?? toModelKey(row, options);
  });
  return { rows, keys, shared };
}

/** How a key fared is kept as long as it is the same. */
function isSame(old: StoredKey, row: StoredKey): boolean {
  return JSON.stringify(old) === JSON.stringify(row);
}

function toModelKey(row: StoredKey, { secretKeys, allow, log }: StoredKeysOptions): ModelKey {
  const about = {
    id: row.key_id,
    name: row.name,
    source: 'database' as const,
    tenant: row.tenant_id,
    provider: row.provider,
    ...(row.base_url && { baseUrl: row.base_url }),
    allow: row.tenant_id === null ? allow : [],
    limits: {
      weight: row.weight,
      maxConcurrency: row.max_concurrency,
      requestsPerMinute: row.requests_per_minute,
      tokensPerMinute: row.tokens_per_minute,
      models: row.models,
    },
  };
  try {
    const secret = unseal(row.sealed, placeOfSecret(row.tenant_id, row.key_id), secretKeys);
    return { ...about, secret, disabled: row.disabled };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    log.error({ modelKey: row.key_id, owner: row.tenant_id }, error.message);
    return { ...about, disabled: true, unreadable: error.message };
  }
}
