import { expect, test } from 'vitest';
import { claimDatabase } from '../../src/db/claim-database.ts';
import type { Database } from '../../src/db/open-database.ts';
import { openTestDatabase } from '../support/test-database.ts';

async function claimAgain(database: Database): Promise<boolean> {
  const claim = await claimDatabase(database);
  claim.release();
  return claim.alone;
}

test('a server’s database has one claim at a time, and who lets it go makes room', async () => {
  const database = await openTestDatabase();
  const first = await claimDatabase(database);
  expect(first.alone).toBe(true);
  if (database.kind === 'postgres') {
    const second = await claimDatabase(database);
    expect(second.alone).toBe(false);
    second.release();
  }
  first.release();
  await expect.poll(() => claimAgain(database)).toBe(true);
});
