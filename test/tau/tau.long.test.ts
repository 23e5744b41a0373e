import { readTasks, writesSomething } from '../../evals/sources/tau/tau-data.ts';
import { describeTau } from './describe-tau.ts';

const all = () => [...readTasks('mock'), ...readTasks('retail')];

describeTau({
  tasks: all,
  spoiled: () => all().filter((task) => writesSomething(task) && task.id !== '105'), // its one write is refused
  counts: { tasks: 124, actions: 558, failed: 18, writes: 181, handoffs: 270 },
});
