import { setTimeout as sleep } from 'node:timers/promises';
import { rssMbOf } from '../process-figures.ts';
import type { Findings, Plan } from '../scenario.ts';
import { type Name, names, type Stage } from '../stage.ts';

/** What each service holds when it was started and nobody has asked it anything. */
export async function measureMemory(stage: Stage, { quick }: Plan): Promise<Findings> {
  await stage.clear();
  const rest = async (name: Name) => {
    const { subject, stop } = await stage.start(name);
    await sleep(quick ? 500 : 5_000);
    const megabytes = rssMbOf(subject.pid);
    await stop();
    return megabytes;
  };
  const [baton, reference] = await Promise.all(names.map(rest));
  if (baton === undefined || reference === undefined) throw new Error('A service was not measured.');
  return {
    figures: [{ what: 'memory at rest, fresh', unit: 'MB', better: 'less', baton, reference, digits: 0 }],
    details: { baton, reference },
  };
}
