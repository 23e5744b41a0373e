import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Caller } from '../tenancy.ts';
import { callerOfKey } from './caller-of-key.ts';
import type { ForeignTokens } from './foreign-token.ts';
import { looksLikeKey } from './key-text.ts';
import { memoriesOf } from './memory.ts';

/** Finds out who asks with a key or a token: undefined where it is good for nothing. */
export type FindCaller = (credential: string) => Promise<Caller | undefined>;

/**
 * Reads what tokens from elsewhere are checked with, when the first one comes. Who asks with the same key again within `memoryMs`
 * costs no query. The service's own tokens are looked up each time, so that a user who leaves has left.
 */
export function openCallers(context: { config: Config; db: Kysely<Schema>; log: Logger }): FindCaller {
  const { config, db, log } = context;
  let opened: Promise<ForeignTokens> | undefined;

  async function byToken(token: string): Promise<Caller | undefined> {
    const { callerOfToken } = await import('./caller-of-token.ts');
    opened ??= import('./foreign-token.ts').then(({ openForeignTokens }) => openForeignTokens(config, log));
    return callerOfToken({ config, db, log, foreign: await opened }, token);
  }

  function remembered(credential: string, find: FindCaller): ReturnType<FindCaller> {
    const name = createHash('sha256').update(credential).digest('base64');
    return memoriesOf(db).callers.recall(name, () => find(credential));
  }

  return async function findCaller(credential) {
    if (looksLikeKey(credential)) return remembered(credential, (key) => callerOfKey(context, key));
    const { isOwnToken } = await import('./token-header.ts'); // and what checks signatures with it
    return isOwnToken(credential) ? byToken(credential) : remembered(credential, byToken);
  };
}
