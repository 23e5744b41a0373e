/** One process that does what is planned, and says on its output what it is at. Started by `runIngestChaos`, which kills it. */
import { openReaders } from '../../src/knowledge/read/open-readers.ts';
import { openLog } from '../../src/log.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { assumeWork, localTenant } from '../../src/tenancy.ts';
import { carryOutPlan } from './carry-out-plan.ts';
import { openPlace, type Place } from './place.ts';
import { planSteps } from './plan.ts';

const [place = '', seed = '', size = ''] = process.argv.slice(2);
assumeWork({ tenant: localTenant });
const log = openLog('silent', false);
const database = await openPlace(JSON.parse(place) as Place); // as `runIngestChaos` writes it
const queue = await openQueue(database, { log, supervises: false });
const readers = openReaders({ threads: 1 });
await carryOutPlan(
  { db: database.db, queue, readers, log },
  planSteps(Number(seed), Number(size)),
  (step) => {
    process.stdout.write(`${step.do}\n`);
  },
);
await readers.close();
await queue.close();
await database.close();
process.stdout.write('done\n');
