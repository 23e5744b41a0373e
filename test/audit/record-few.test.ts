import { afterAll, expect, test } from 'vitest';
import { recordFew } from '../../src/audit/record-few.ts';
import { openLog } from '../../src/log.ts';
import { asService } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const log = openLog('silent', false);
const rows = (tenant: string) =>
  asService(() =>
    db.selectFrom('baton.audit').selectAll().where('tenant_id', '=', tenant).orderBy('seq').execute(),
  );

test('of many refusals the first is recorded, and how many more there were', async () => {
  const few = recordFew(db, log, { everyMs: 100 });
  for (let time = 1; time <= 50; time++)
    few.note('10.0.0.1', { action: 'auth-fail', tenant: 'many' }, { address: '10.0.0.1' });
  await expect
    .poll(() => rows('many'))
    .toMatchObject([
      { outcome: 'refused', address: '10.0.0.1', details: {} },
      { outcome: 'refused', address: '10.0.0.1', details: { more: 49, since: expect.any(String) } },
    ]);
});

test('after a while the next refusal is a first one again', async () => {
  const few = recordFew(db, log, { everyMs: 20 });
  const knock = () => few.note('a', { action: 'auth-fail', tenant: 'again' }, {});
  knock();
  await expect.poll(async () => (await rows('again')).length).toBe(1);
  await expect
    .poll(async () => {
      knock();
      return (await rows('again')).filter(({ details }) => details.more === undefined).length;
    })
    .toBeGreaterThan(1);
});

test('askers that are too many are counted together', async () => {
  const few = recordFew(db, log, { everyMs: 300, most: 3 });
  for (let asker = 1; asker <= 200; asker++)
    few.note(`10.0.0.${asker}`, { action: 'auth-fail', tenant: 'crowd' }, { address: `10.0.0.${asker}` });
  await expect
    .poll(async () => (await rows('crowd')).filter(({ details }) => details.more !== undefined))
    .toMatchObject([{ address: null, details: { more: 196 } }]);
  expect((await rows('crowd')).filter(({ details }) => details.more === undefined)).toHaveLength(4);
});
