import { expect, test } from 'vitest';
import { CallerError } from '../../src/errors.ts';
import { fewAtOnce } from '../../src/identity/few-at-once.ts';
import { hashPassword, isImportable, isOutdated, verifyPassword } from '../../src/identity/hash-password.ts';
import { bcryptHash } from '../support/bcrypt-hash.ts';

const password = 'vermilion otter parliament';

test('a password is hashed by argon2id with OWASP’s parameters and a salt of its own', async () => {
  const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(other).not.toBe(one);
  expect(await verifyPassword(password, one)).toBe(true);
  expect(await verifyPassword(`${password} `, one)).toBe(false);
  expect(isOutdated(one)).toBe(false);
});

test('a password is the same however its letters are composed', async () => {
  const hash = await hashPassword('crème brûlée at noon'.normalize('NFD'));
  expect(await verifyPassword('crème brûlée at noon'.normalize('NFC'), hash)).toBe(true);
});

test('without a hash nothing is right', async () => {
  expect(await verifyPassword(password, null)).toBe(false);
  expect(await verifyPassword(password, undefined)).toBe(false);
});

test.each(['2a', '2b', '2y'] as const)(
  'a hash of bcrypt $%s$ is verified, and is outdated',
  async (version) => {
    const hash = await bcryptHash(password, 4, version);
    expect(isImportable(hash)).toBe(true);
    expect(isOutdated(hash)).toBe(true);
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword('another password', hash)).toBe(false);
  },
);

test('hashes that would keep the service busy, or are none, are not taken over', () => {
  const salted = 'abcdefghijklmnopqrstuu'.padEnd(53, 'x');
  expect(isImportable(`$2b$12$${salted}`)).toBe(true);
  for (const hash of [
    '',
    'password',
    `$2b$13$${salted}`,
    `$2b$31$${salted}`,
    `$2x$10$${salted}`,
    '$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
    '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
    '5f4dcc3b5aa765d61d8327deb882cf99',
  ]) {
    expect(isImportable(hash), hash).toBe(false);
  }
});

test('so many passwords are hashed at once, so many wait, and the next is told to come again', async () => {
  const gate = fewAtOnce({ atOnce: 2, waiting: 1 });
  let busy = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = () =>
    gate(async () => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise<void>((resolve) => ends.push(resolve));
      busy -= 1;
    });
  const going = [work(), work(), work()];
  const refused = await work().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(CallerError);
  expect(refused).toMatchObject({ code: 'unavailable', retryAfter: 2 });
  const settled = Promise.all(going);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  await settled;
  expect(most).toBe(2);
  const free = work();
  ends.shift()?.();
  await free;
});
