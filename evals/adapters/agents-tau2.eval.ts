import { defineSuite } from '../../src/eval/suites/define-suite.ts';
import { sample } from '../sources/sample.ts';
import { readData, whyAbsent } from '../sources/shared-data.ts';
import { differenceOf, makeWorlds, worldsOf } from '../sources/tau/gold-worlds.ts';
import { readTasks, type TauTask, writesSomething } from '../sources/tau/tau-data.ts';

/** How many tasks of the shop; a world of it is a copy of all its rows. */
const retailTasks = 12;

/**
 * tau2-bench: customers who want something changed. A case tells what the customer wants, agrees to what is proposed, and passes when the database
 * is in the end as it is after the task's gold actions. It works in a world of its own, which it changes: ask each case once.
 */
export const suite = defineSuite({
  description: 'Whether what customers ask of a shop is done in its database, as the gold actions do it.',
  projectDir: 'evals/projects/tau',
  graph: 'retail',
  tags: ['tools', 'state'],
  unavailable: () => whyAbsent('agents_tau2'),
  cases: () =>
    tasks().map((task) => ({
      id: `${task.domain}-${task.id}`,
      graph: task.domain,
      configurable: { world: worldsOf(task).played },
      messages: [{ system: readData(`agents_tau2/${task.domain}/policy.md`) }],
      ...(task.domain === 'mock'
        ? { ask: task.question }
        : { turns: [inFirstPerson(task.question), ...agreement].map((ask) => ({ ask })) }),
      expect: {
        ...(task.domain === 'mock' && {
          calls: task.actions.map(({ name, arguments: args }) => ({ [name]: args })),
        }),
        state: { sql: differenceOf(task), rows: [{ differing: 0 }] },
      },
    })),
  setup: (context) => makeWorlds(context, tasks()),
});

/** What a customer says to whatever is proposed. */
const agreement = ['Yes, please.', 'Yes, go ahead. That is all.'];

/** Those that have to change something, and begin with the data as they are. */
function tasks(): TauTask[] {
  const fit = (task: TauTask) =>
    writesSomething(task) && Object.keys(task.data).length === 0 && task.earlier.length === 0;
  return [
    ...sample(readTasks('retail').filter(fit), retailTasks, ({ id }) => id),
    ...readTasks('mock').filter(fit),
  ];
}

/** What a customer is told to want, as the customer says it. */
function inFirstPerson(told: string): string {
  const words: Record<string, string> = {
    you: 'I',
    your: 'my',
    yours: 'mine',
    yourself: 'myself',
    "you're": 'I am',
    "you'd": 'I would',
    "you've": 'I have',
  };
  return told
    .replace(/\byou are\b/gi, 'I am')
    .replace(/\byou(?:'re|'d|'ve|rs|rself|r)?\b/gi, (word) => words[word.toLowerCase()] ?? word);
}
