import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { recordAction } from '../../src/audit/record.ts';
import { exportAudit, listAudit, printHeads, verifyAudit } from '../../src/commands/audit.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-audit-'));
afterAll(async () => {
  await drop();
  await rm(folder, { recursive: true });
});

let chains = 0;

async function makeChain(names: string[]): Promise<string> {
  const tenant = `c${++chains}`;
  for (const name of names) {
    await recordAction(db, {
      tenant,
      action: 'key-create',
      target: { type: 'key', id: 'k1' },
      actor: { kind: 'user', id: 'u1', name },
    });
  }
  return tenant;
}

async function printed(print: (output: PassThrough) => Promise<unknown>): Promise<string> {
  const output = new PassThrough();
  const read = text(output);
  await print(output);
  output.end();
  return read;
}

async function lose(tenant: string, from: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`delete from baton.audit where tenant_id = ${tenant} and seq >= ${from}`.execute(trx);
    await sql`update baton.audit_head h set seq = ${from - 1}, hash = a.hash from baton.audit a
      where h.tenant_id = ${tenant} and a.tenant_id = ${tenant} and a.seq = ${from - 1}`.execute(trx);
  });
}

test('rows are listed one a line, the newest last, whatever names have in them', async () => {
  const tenant = await makeChain(['Ada', 'Eve\n2  2026-01-01T00:00:00.000Z  ok  key-delete', '\u001b[2J']);
  const lines = (await printed((output) => listAudit({ db, output }, { tenant }, 50))).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^1 {2}\S+Z {2}ok {2}key-create {2}user:Ada {2}key:k1 {2}-$/);
  expect(lines[1]).toContain('Eve\\u{a}2');
  expect(lines[2]).toContain('\\u{1b}[2J');
});

test('all rows are exported as JSON lines in their order', async () => {
  const tenant = await makeChain(['Ada', 'Bob', 'Cy']);
  const lines = (await printed((output) => exportAudit({ db, output }, { tenant }))).trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line));
  expect(rows.map(({ seq, actor_name }) => [seq, actor_name])).toEqual([
    [1, 'Ada'],
    [2, 'Bob'],
    [3, 'Cy'],
  ]);
  expect(rows[1].prev_hash).toBe(rows[0].hash);
});

test('every chain is verified, and a broken one is named with its first broken row', async () => {
  const tenant = await makeChain(['Ada', 'Bob', 'Cy']);
  let whole: boolean | undefined;
  const all = await printed(async (output) => {
    whole = await verifyAudit({ db, output });
  });
  expect(whole).toBe(true);
  expect(all).toContain(`${tenant}: 3 rows hold, up to row 3; not sealed.`);
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`update baton.audit set actor_name = 'Eve' where tenant_id = ${tenant} and seq = 2`.execute(trx);
  });
  const one = await printed(async (output) => {
    whole = await verifyAudit({ db, output, tenant });
  });
  expect(whole).toBe(false);
  expect(one).toBe(
    `${tenant}: BROKEN at row 2. Row 2 says something else than when it was added. 1 rows before it hold.\n`,
  );
});

test('heads that were kept, as they were printed or in the log, prove a tail that was cut off', async () => {
  const tenant = await makeChain(['Ada', 'Bob', 'Cy']);
  const head = await printed((output) => printHeads({ db, output }, tenant));
  await lose(tenant, 3);
  const file = path.join(folder, 'heads.jsonl');
  for (const kept of [head, `{"level":30,"msg":"x"}\nnot json\n{"level":30,"auditHead":${head.trim()}}\n`]) {
    await writeFile(file, kept);
    const told = await printed(async (output) => {
      expect(await verifyAudit({ db, output, tenant, headsFile: file })).toBe(false);
    });
    expect(told).toMatch(/BROKEN at row 3\. The chain ends with row 2; .* ended with row 3\./);
  }
});

test('a chain that is gone is missed by a head that was kept', async () => {
  const tenant = await makeChain(['Ada']);
  const file = path.join(folder, 'gone.jsonl');
  await writeFile(file, await printed((output) => printHeads({ db, output }, tenant)));
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`delete from baton.audit where tenant_id = ${tenant}`.execute(trx);
    await sql`delete from baton.audit_head where tenant_id = ${tenant}`.execute(trx);
  });
  const told = await printed((output) => verifyAudit({ db, output, headsFile: file }));
  expect(told).toContain(`${tenant}: BROKEN at row 1.`);
});

test('a file without a head is no proof', async () => {
  const file = path.join(folder, 'empty.jsonl');
  await writeFile(file, 'hello\n');
  const output = new PassThrough();
  await expect(verifyAudit({ db, output, headsFile: file })).rejects.toThrow(/no head/);
});
