import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { runSqlCommand, type SqlCommand } from '../../src/commands/sql.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { makeShop, shopPolicy } from '../sql/shop.ts';
import { heldMemory } from '../support/held-memory.ts';
import { makeTestDatabase } from '../support/test-database.ts';

async function run(options: Partial<SqlCommand>): Promise<{ ok: boolean; printed: string }> {
  const output = new PassThrough();
  const printed = text(output);
  const ok = await runSqlCommand({
    policy: shopPolicy,
    check: true,
    input: Readable.from([]),
    output,
    ...options,
  });
  output.end();
  return { ok, printed: await printed };
}

async function runLines(input: Readable): Promise<Record<string, unknown>[]> {
  const { printed } = await run({ input });
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>); // JSON lines
}

test('a statement prints whether it may run', async () => {
  expect(await run({ statement: 'select title from film' })).toEqual({
    ok: true,
    printed: 'May run. It reads film.\n',
  });
  const { ok, printed } = await run({ statement: 'select password from staff' });
  expect([ok, printed]).toEqual([false, expect.stringMatching(/^Not run: staff.password may not be read/)]);
});

test('a statement prints its result as a table', async () => {
  const { database, drop } = await makeTestDatabase();
  onTestFinished(drop);
  await makeShop(database);
  await createReader(database, shopPolicy);
  const { printed } = await run({
    database,
    check: false,
    statement: 'select film_id, title from film order by 1 limit 2',
  });
  expect(printed).toMatch(
    /^film_id {2}title\n-{7} {2}-{6}\n1 {8}FILM 1\n2 {8}FILM 2\n\(2 rows; \d+ ms; cost \d+\)\n$/,
  );
  const lines = await run({
    database,
    check: false,
    input: Readable.from(['"select 1 as one"\n"select 1/0"\n']),
  });
  const [first, second] = lines.printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object); // JSON lines
  expect(first).toMatchObject({ ok: true, columns: ['one'], rows: [[1]] });
  expect(second).toEqual({ ok: false, reason: 'The query failed: division by zero (22012).' });
});

test('each line gets one line back, with its id, and a broken line does not end the rest', async () => {
  const lines = [
    '"select 1"',
    '{"sql": "select note from audit", "id": 7}',
    '{"sql": 5, "id": "x"}',
    'not json',
    'null',
    '[]',
    '',
    `"${'x'.repeat(2_000_000)}"`,
    '"select 2"',
  ];
  expect(await runLines(Readable.from([lines.join('\n')]))).toEqual([
    { ok: true, tables: [] },
    { ok: false, id: 7, rule: 'table', reason: expect.stringContaining('There is no table audit') },
    { ok: false, id: 'x', reason: expect.stringContaining('A line is a JSON string') },
    { ok: false, reason: expect.stringContaining('not JSON') },
    { ok: false, reason: expect.stringContaining('A line is a JSON string') },
    { ok: false, reason: expect.stringContaining('A line is a JSON string') },
    { ok: false, reason: expect.stringContaining('at most 1000000 bytes') },
    { ok: true, tables: [] },
  ]);
});

test('a character that two chunks share is read as one', async () => {
  const bytes = Buffer.from('"select \'é\' as é"\n');
  const split = bytes.indexOf(0xa9);
  expect(await runLines(Readable.from([bytes.subarray(0, split), bytes.subarray(split)]))).toEqual([
    { ok: true, tables: [] },
  ]);
});

test('twenty thousand lines are read as they are answered, and the last ones cost no more than the first', {
  timeout: 120_000,
}, async () => {
  const count = 20_000;
  let given = 0;
  let lines = 0;
  let mostWaiting = 0;
  const look: { cpu: number; held: number }[] = [];
  const input = Readable.from(
    (function* () {
      for (; given < count; given++) {
        if (given % 2_500 === 0) look.push({ cpu: process.cpuUsage().user, held: heldMemory() });
        mostWaiting = Math.max(mostWaiting, given - lines);
        yield `{"id": ${given}, "sql": "select title from film where length > ${given}"}\n`;
      }
    })(),
  );
  const output = new PassThrough();
  output.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
  });
  await runSqlCommand({ policy: shopPolicy, check: true, input, output });
  expect(lines).toBe(count);
  expect(mostWaiting).toBeLessThan(1_000);
  const took = look.slice(1).map(({ cpu }, at) => cpu - (look[at]?.cpu ?? 0));
  expect(Math.min(...took.slice(-3))).toBeLessThan(3 * Math.min(...took.slice(1, 4)));
  expect((look.at(-1)?.held ?? 0) - (look[1]?.held ?? 0)).toBeLessThan(4e6);
});
