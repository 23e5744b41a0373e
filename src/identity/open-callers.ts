import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Caller } from '../tenancy.ts';
import { callerOfKey } from './caller-of-key.ts';
import { callerOfToken } from './caller-of-token.ts';
import { openForeignTokens } from './foreign-token.ts';
import { looksLikeKey } from './key-text.ts';
import { memoriesOf } from './memory.ts';
import { isOwnToken } from './token-header.ts';

/** Finds out who asks with a key or a token: undefined where it is good for nothing. */
export type FindCaller = (credential: string) => Promise<Caller | undefined>;

/**
 * Reads what tokens from elsewhere are checked with, when the first one comes. Who asks with the same key again within `memoryMs`
 * costs no query. The service's own tokens are looked up each time, so that a user who leaves has left.
 */
export function openCallers(context: { config: Config; db: Kysely<Schema>; log: Logger }): FindCaller {
  const { config, db, log } = context;
  let opened: ReturnType<typeof openForeignTokens> | undefined;

  async function byToken(token: string): Promise<Caller | undefined> {
    opened ??= openForeignTokens(config, log);
    return callerOfToken({ config, db, log, foreign: await opened }, token);
  }

  return function findCaller(credential) {
    if (isOwnToken(credential)) return byToken(credential);
    const name = createHash('sha256').update(credential).digest('base64');
    const find = looksLikeKey(credential) ? callerOfKey.bind(null, context) : byToken;
    return memoriesOf(db).callers.recall(name, () => find(credential));
  };
}
