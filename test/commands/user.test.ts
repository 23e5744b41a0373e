import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createUserCommand,
  importUsersCommand,
  listUsersCommand,
  setStatusCommand,
} from '../../src/commands/user.ts';
import { logIn } from '../../src/identity/log-in.ts';
import { inTenant } from '../../src/tenancy.ts';
import { bcryptHash } from '../support/bcrypt-hash.ts';
import { testConfig } from '../support/open-test-context.ts';
import { makeTenant, password } from '../support/people.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;

beforeAll(async () => {
  made = await makeTestDatabase();
  await makeTenant(made.database, 'acme');
});
afterAll(() => made.drop());

/** Where a command writes, and what it wrote. */
function paper() {
  const written: string[] = [];
  const output = new Writable({ write: (chunk, _, done) => done(void written.push(String(chunk))) });
  return { output, text: () => written.join('') };
}

const command = (output: Writable, tenant = 'acme') => ({ db: made.database.db, tenant, output });

function create(
  options: { email: string; role?: string; graphs?: string[] },
  piped: string,
  tenant = 'acme',
) {
  const { output, text } = paper();
  const from = { input: Readable.from([piped]), prompt: paper().output };
  return createUserCommand(command(output, tenant), options, from).then(text);
}

const enter = (email: string) =>
  logIn(
    { db: made.database.db, config: testConfig('test/fixtures/desk') },
    { tenant: 'acme', email, password, tokens: false },
  );

test('a user is made with a password that is piped in, and can log in', async () => {
  const told = await create({ email: 'Ada@example.com', role: 'admin' }, `${password}\n`);
  expect(told).toBe('ada@example.com is admin of acme.\n');
  expect((await enter('ada@example.com')).user).toMatchObject({ name: 'ada', role: 'admin' });
});

test.each([
  [{ email: 'x@example.com' }, '', 'acme', 'no password on standard input'],
  [{ email: 'x@example.com' }, 'Password2024!\n', 'acme', 'cannot be used'],
  [{ email: 'none' }, `${password}\n`, 'acme', 'email: expected an email address'],
  [{ email: 'x@example.com', role: 'king' }, `${password}\n`, 'acme', 'role'],
  [{ email: 'x@example.com' }, `${password}\n`, 'nowhere', 'No tenant nowhere'],
  [{ email: 'ada@example.com' }, `${password}\n`, 'acme', 'There is a user'],
])('%j with the password %j in %s is refused: %s', async (options, piped, tenant, why) => {
  await expect(create(options, piped, tenant)).rejects.toThrow(why);
});

test('users with hashes from elsewhere are taken over once, and what cannot be is told by its line', async () => {
  const passwordHash = await bcryptHash(password, 4, '2a');
  const lines = [
    JSON.stringify({
      email: 'old@example.com',
      name: 'Old',
      role: 'engineer',
      graphs: ['desk'],
      password_hash: passwordHash,
    }),
    JSON.stringify({ email: 'plain@example.com', password_hash: 'secret' }),
    'no JSON',
    '',
    JSON.stringify({ email: 'older@example.com', password_hash: passwordHash }),
  ];
  const load = async () => {
    const { output, text } = paper();
    const all = await importUsersCommand(command(output), Readable.from([lines.join('\n')]));
    return { all, text: text() };
  };
  const first = await load();
  expect(first.all).toBe(false);
  expect(first.text).toMatch(/^line 2: password_hash: expected a hash/);
  expect(first.text).toContain('line 3: This is no JSON.');
  expect(first.text).toContain('2 added, 0 there already, 2 refused.');
  expect((await load()).text).toContain('0 added, 2 there already, 2 refused.');
  expect((await enter('old@example.com')).user).toMatchObject({ name: 'Old', graphs: ['desk'] });
});

test('who is disabled is logged out and kept out, until enabled again', async () => {
  const { output, text } = paper();
  await enter('ada@example.com');
  await setStatusCommand(command(output), 'ADA@example.com', 'disabled');
  const sessions = await inTenant('acme', () =>
    made.database.db
      .selectFrom('baton.session as s')
      .innerJoin('baton.user as u', 'u.user_id', 's.user_id')
      .where('u.email', '=', 'ada@example.com')
      .selectAll('s')
      .execute(),
  );
  expect(sessions).toEqual([]);
  await expect(enter('ada@example.com')).rejects.toMatchObject({ code: 'unauthenticated' });
  await setStatusCommand(command(output), 'ada@example.com', 'active');
  await enter('ada@example.com');
  expect(text()).toBe('ada@example.com is disabled.\nada@example.com is active.\n');
  await expect(setStatusCommand(command(output), 'nobody@example.com', 'disabled')).rejects.toThrow(
    'No user',
  );
});

test('users are listed, one a line, and what was done is recorded', async () => {
  const { output, text } = paper();
  await listUsersCommand(command(output));
  expect(text()).toMatch(/^ada@example\.com {2}ada {2}admin {2}active {2}all graphs {2}last here \d{4}-/);
  expect(text()).toContain('older@example.com  older  member  active  all graphs  never here\n');
  const recorded = await inTenant('acme', () =>
    made.database.db.selectFrom('baton.audit').select(['action']).orderBy('seq').execute(),
  );
  expect(recorded.map(({ action }) => action)).toEqual([
    'user-create',
    'user-create',
    'user-create',
    'user-update',
    'user-update',
  ]);
});
