import { availableParallelism } from 'node:os';
import { fewAtOnce } from './few-at-once.ts';

/** argon2id as OWASP's Password Storage Cheat Sheet asks: 19 MiB, two passes, one lane. */
const settings = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** Each needs 19 MiB and a thread of the few that files and names are read with too. */
const gate = fewAtOnce({ atOnce: Math.min(4, availableParallelism()), waiting: 100 });

/** Costs of bcrypt that are taken over from elsewhere: more take so long that a few log-ins would keep the service busy. */
const bcryptHash = /^\$2[aby]\$(0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/;
const argon2Hash = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

/** Hashes a password that `checkPassword` has passed. Rejects with a `CallerError` (`unavailable`) when too many are being hashed. */
export function hashPassword(password: string): Promise<string> {
  return gate(async () => {
    const argon2 = await import('@node-rs/argon2');
    return argon2.hash(normal(password), settings);
  });
}

/**
 * Whether a password is the one that was hashed; false for no hash. Without one it takes as long as with one, so that the time
 * tells nobody who has an account. Rejects as `hashPassword` does.
 */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const known = hash ?? (await nobodys());
  const right = await gate(async () => {
    if (bcryptHash.test(known)) return (await import('@node-rs/bcrypt')).verify(password, known);
    return (await import('@node-rs/argon2')).verify(known, normal(password));
  });
  return right && Boolean(hash);
}

/** Whether a hash is another kind than what is made today. */
export function isOutdated(hash: string): boolean {
  const [, memory, passes, lanes] = argon2Hash.exec(hash) ?? [];
  return (
    Number(memory) !== settings.memoryCost ||
    Number(passes) !== settings.timeCost ||
    Number(lanes) !== settings.parallelism
  );
}

/** Whether a hash that was made elsewhere can be taken over: bcrypt up to a cost of 12, argon2id up to 64 MiB, 4 passes and 4 lanes. */
export function isImportable(hash: string): boolean {
  const [found, memory, passes, lanes] = argon2Hash.exec(hash) ?? [];
  if (!found) return bcryptHash.test(hash);
  return Number(memory) <= 65_536 && Number(passes) <= 4 && Number(lanes) <= 4;
}

let made: Promise<string> | undefined;

/** The hash of a password that nobody has. */
function nobodys(): Promise<string> {
  made ??= hashPassword(crypto.randomUUID());
  return made;
}

/** The same password however the keyboard composed its letters: NIST SP 800-63B, 5.1.1.2. bcrypt's came from systems that may not do so. */
function normal(password: string): string {
  return password.normalize('NFKC');
}
