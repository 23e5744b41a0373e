/** A process that spends of a budget as fast as it can, for `two-processes.test.ts`: prints how many calls it made. */
import { openPostgres } from '../../src/db/open-database.ts';
import { inTenant } from '../../src/tenancy.ts';
import { BudgetError } from '../../src/usage/budget-error.ts';
import { aCall, ledgerOn, signal, took } from './support.ts';

const [url = '', calls = '0'] = process.argv.slice(2);
const { db, close } = openPostgres(url, { max: 10 });
const ledger = ledgerOn(db, { waitMs: 30_000 });
let made = 0;

async function spend(): Promise<void> {
  try {
    const held = await ledger.reserve(aCall(), signal);
    await ledger.settle(held, took(BigInt(50 + Math.floor(Math.random() * 50))));
    made += 1;
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
  }
}

await inTenant({ tenant: 'acme', run: { runId: 'r', threadId: 't', graph: 'g', userId: 'ada' } }, () =>
  Promise.all(Array.from({ length: Number(calls) }, spend)),
);
await ledger.close();
await close();
process.stdout.write(`${made}\n`);
