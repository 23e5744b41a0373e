import type { ModelKey } from './model-key.ts';

/** Where keys are found. */
export interface KeySources {
  /** The keys that a tenant may use; null: work of the service itself. Rejects as the database does. */
  keysFor(tenant: string | null): Promise<readonly ModelKey[]>;
  /** All that are known to this process by now. */
  known(): readonly ModelKey[];
}

/** Keys of the database, as far as the sources ask for them. */
export interface KeyStore {
  of(owner: string | null): Promise<OwnedKeys>;
  known(): readonly ModelKey[];
}

export interface OwnedKeys {
  keys: readonly ModelKey[];
  /** Whether a tenant that has keys of its own uses the service's too. */
  shared: boolean;
}

/**
 * Keys of the environment and of files, and those of the database. A tenant that has keys of its own, in whatever state they are,
 * uses these alone unless it chose to use the service's too.
 */
export function openKeySources(fixed: readonly ModelKey[], store?: KeyStore): KeySources {
  const fixedOf = (owner: string | null) => fixed.filter(({ tenant }) => tenant === owner);
  const storedOf = async (owner: string | null) => store?.of(owner) ?? { keys: [], shared: false };
  return {
    async keysFor(tenant) {
      const service = async () => [...fixedOf(null), ...(await storedOf(null)).keys];
      if (tenant === null) return service();
      const stored = await storedOf(tenant);
      const own = [...fixedOf(tenant), ...stored.keys];
      return own.length > 0 && !stored.shared ? own : [...own, ...(await service())];
    },
    known: () => [...fixed, ...(store?.known() ?? [])],
  };
}
