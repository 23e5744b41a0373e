import { describe, expect, test } from 'vitest';
import { haveTauData, type TauTask } from '../../evals/sources/tau/tau-data.ts';
import { detourBy, doubleWrite, dropWrite, swapAgents, twinWrite } from './mischief.ts';
import { openStage, type Stage } from './open-stage.ts';
import { forgetWrites, repeatWrites } from './sabotage.ts';
import { type Mischief, type Outcome, sum, tryTask } from './try-task.ts';

/** How much is played. */
export interface Extent {
  tasks: () => TauTask[];
  /** Tasks that write something; each is played with every mischief. */
  spoiled: () => TauTask[];
  /** What all tasks come to. */
  counts: Omit<ReturnType<typeof sum>, 'problems'>;
}

const time = { timeout: 900_000 };

/** The tests of customer-service tasks whose right actions are known, on as many tasks as asked for. */
export function describeTau({ tasks, spoiled, counts }: Extent): void {
  describe.skipIf(!haveTauData())('customer-service tasks, their tools shared out over agents', () => {
    test(
      'a task leaves the state of its gold actions, every write once, by the owners’ path',
      time,
      async () => {
        const stage = await openStage();
        const outcomes: Outcome[] = [];
        for (const task of tasks()) outcomes.push(await tryTask(stage, task));
        expectRight(stage, outcomes);
      },
    );

    test('the same holds when all run at once, and one reply makes a call and hands over', time, async () => {
      const stage = await openStage();
      expectRight(
        stage,
        await Promise.all(tasks().map((task) => tryTask(stage, task, { style: 'together' }))),
      );
    });

    test(
      'a model that leaves a write out turns the checks of the state and of the writes red',
      time,
      async () => {
        for (const red of await spoil(dropWrite))
          expect(red).toEqual(expect.arrayContaining(['state', 'writes']));
      },
    );

    test(
      'a model that makes a write twice, again or at once, turns the check of the writes red',
      time,
      async () => {
        const stage = await openStage();
        for (const mischief of [doubleWrite, twinWrite])
          for (const red of await spoil(mischief, stage)) expect(red).toContain('writes');
      },
    );

    test(
      'a model that goes by another agent turns the check of the path red, and no other',
      time,
      async () => {
        for (const red of await spoil(detour)) expect(red).toEqual(['path']);
      },
    );

    test(
      'a model that takes two agents for each other turns the checks of the end and of the path red',
      time,
      async () => {
        for (const red of await spoil(swap)) expect(red).toEqual(expect.arrayContaining(['end', 'path']));
      },
    );

    test(
      'a write that the machine forgets turns the checks of the state and of the writes red',
      time,
      async () => {
        const stage = await openStage();
        for (const red of await spoil(forgetWrites(stage), stage)) {
          expect(red).toEqual(expect.arrayContaining(['state', 'writes']));
          expect(red).not.toContain('path');
        }
      },
    );

    test('a write that the machine carries out twice turns the check of the writes red', time, async () => {
      const stage = await openStage();
      for (const red of await spoil(repeatWrites(stage), stage)) {
        expect(red).toContain('writes');
        expect(red).not.toContain('path');
      }
    });
  });

  function expectRight(stage: Stage, outcomes: Outcome[]): void {
    expect(stage.model.surprises).toEqual([]);
    expect(sum(outcomes)).toEqual({ problems: [], ...counts });
  }

  /** Which checks are red for each task. */
  async function spoil(mischief: Mischief, opened?: Stage): Promise<string[][]> {
    const stage = opened ?? (await openStage());
    const outcomes = await Promise.all(spoiled().map((task) => tryTask(stage, task, { mischief })));
    expect(outcomes.length).toBeGreaterThan(3);
    return outcomes.map(({ problems }) => [...new Set(problems.map(({ of }) => of))]);
  }
}

const detour: Mischief = (moves, play) =>
  detourBy(play.task.domain === 'mock' ? 'tracker' : 'catalog')(moves, play);

const swap: Mischief = (moves, play) => {
  const [one, other] = play.task.domain === 'mock' ? ['planner', 'tracker'] : ['identity', 'orders'];
  return swapAgents(one, other)(moves, play);
};
