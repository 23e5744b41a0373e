import { afterAll, expect, test } from 'vitest';
import { headSchema, isGenuine } from '../../src/audit/head.ts';
import { recordAction } from '../../src/audit/record.ts';
import { sealWith } from '../../src/audit/seal.ts';
import { tellHeads } from '../../src/audit/tell-heads.ts';
import { openLog } from '../../src/log.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(async () => {
  sealWith([]);
  await drop();
});

test('the log says once of each chain where it ends, sealed, and again when it went on', async () => {
  sealWith(['a long secret of the house']);
  const lines: string[] = [];
  const log = openLog('info', false, { write: (line) => void lines.push(line) });
  const heads = () =>
    lines.splice(0).map((line) => headSchema.parse((JSON.parse(line) as { auditHead: unknown }).auditHead));
  const tell = tellHeads(db, log, { everyMs: 0 });
  for (const tenant of ['acme', 'other']) await recordAction(db, { action: 'key-create', tenant });
  await tell();
  const first = heads();
  expect(first).toMatchObject([
    { tenant: 'acme', seq: 1 },
    { tenant: 'other', seq: 1 },
  ]);
  expect(first.every(isGenuine)).toBe(true);
  await tell();
  expect(heads()).toEqual([]);
  await recordAction(db, { action: 'key-create', tenant: 'acme' });
  await tell();
  expect(heads()).toMatchObject([{ tenant: 'acme', seq: 2 }]);
});

test('it is told once an hour at most', async () => {
  const lines: string[] = [];
  const log = openLog('info', false, { write: (line) => void lines.push(line) });
  const tell = tellHeads(db, log);
  await tell();
  const told = lines.length;
  await recordAction(db, { action: 'key-create', tenant: 'acme' });
  await tell();
  expect(lines).toHaveLength(told);
});
