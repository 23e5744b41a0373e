import type { Writable } from 'node:stream';
import { recordAction } from '../audit/record.ts';
import type { SecretKey } from '../config/secrets.ts';
import type { Database } from '../db/open-database.ts';
import { CallerError } from '../errors.ts';
import { rotateSecrets } from '../secrets/rotate-secrets.ts';
import { SecretError } from '../secrets/secret-error.ts';

/**
 * `baton secrets rotate`: seals every secret of the database under the first key of `BATON_SECRET_KEYS`, and says how many there
 * were. Can be broken off and run again. Returns whether none is left under another key.
 */
export async function rotateSecretsCommand(
  db: Database['db'],
  keys: readonly SecretKey[],
  output: Writable,
): Promise<boolean> {
  const done = await rotateSecrets(db, keys).catch((error: unknown) => {
    if (error instanceof SecretError) throw new CallerError('invalid-request', error.message);
    throw error;
  });
  const { resealed, current, changed, failures } = done;
  for (const failure of failures) output.write(`${failure}\n`);
  output.write(
    `${resealed} sealed under ${keys[0]?.id} now, ${current} were before, ${changed} changed meanwhile, ${failures.length} do not open.\n`,
  );
  const left = changed + failures.length;
  if (left > 0)
    output.write('Run it again, and keep the keys that were there before until nothing is left.\n');
  await recordAction(db, {
    action: 'secrets-rotate',
    outcome: failures.length > 0 ? 'failed' : 'ok',
    details: { resealed, current, changed, failures: failures.length, under: keys[0]?.id },
  });
  return left === 0;
}
