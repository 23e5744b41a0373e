import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { intentsByAgent } from '../../../evals/sources/banking-intents.ts';
import { bipiaPages, jailbreaks, whoisPages } from '../../../evals/sources/injection-attacks.ts';
import { isFlagged } from '../../../evals/sources/is-flagged.ts';
import { sample } from '../../../evals/sources/sample.ts';
import { dataPath, whyAbsent } from '../../../evals/sources/shared-data.ts';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { root } from '../../support/start-process.ts';

test('adapters are read when they are named, and are whole or say what is absent', async () => {
  const { suites, skipped, problems } = await readSuites(root, ['adapters']);
  expect(problems).toEqual([]);
  expect([...suites, ...skipped].map(({ name }) => name)).toEqual(
    expect.arrayContaining(['agents-tau2', 'intents-banking77', 'retrieval-squad']),
  );
  for (const { skipped: why } of skipped) expect(why).toMatch(/not here/);
  const unnamed = (await readSuites(root)).suites.map(({ name }) => name);
  expect(unnamed).not.toContain('intents-banking77');
});

test('a sample is the same every time, and its items are those that were given', () => {
  const items = Array.from({ length: 50 }, (_, at) => `item ${at}`);
  const chosen = sample(items, 5, (item) => item);
  expect(sample(items.toReversed(), 5, (item) => item)).toEqual(chosen);
  expect(new Set(chosen).size).toBe(5);
  expect(items).toEqual(expect.arrayContaining(chosen));
});

test.skipIf(skip('intents_banking77'))('every intent of the data has one agent', () => {
  const file = path.join(dataPath('intents_banking77'), 'categories.json');
  const known: string[] = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.values(intentsByAgent).flat().toSorted()).toEqual(known.toSorted());
});

test.skipIf(skip('injection'))(
  'the guard marks pages that give orders about orders, and plain requests it cannot see',
  () => {
    const share = (texts: string[]) => texts.filter(isFlagged).length / texts.length;
    expect(share(whoisPages(100).map(({ text }) => text))).toBe(1);
    expect(share(jailbreaks(1_000).map(({ ask }) => ask))).toBeGreaterThan(0.2);
    expect(share(bipiaPages(200).map(({ text }) => text))).toBeLessThan(0.05);
  },
);

function skip(folder: string): boolean {
  const why = whyAbsent(folder);
  if (why) process.stderr.write(`Skipped: ${why}\n`);
  return why !== undefined;
}
