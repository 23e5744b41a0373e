import { readTasks, writesSomething } from '../../evals/sources/tau/tau-data.ts';
import { seededRandom } from '../../src/films/seeded-random.ts';
import { describeTau } from './describe-tau.ts';

/** Every task of the mock domain, and some of the retail domain. */
const some = () => [...readTasks('mock'), ...seededRandom(7).sample(readTasks('retail'), 25)];

describeTau({
  tasks: some,
  spoiled: () => some().filter(writesSomething).slice(4, 9),
  counts: { tasks: 35, actions: 127, failed: 2, writes: 46, handoffs: 66 },
});
