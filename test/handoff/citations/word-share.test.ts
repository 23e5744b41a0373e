import { expect, test } from 'vitest';
import { checkAnswer, judgeByWords } from '../../../src/handoff/citations/check-answer.ts';
import { readAnswer, readGround } from '../../../src/handoff/citations/read-answer.ts';
import { handbook } from './passages.ts';
import { supported, unsupported } from './statements.ts';

const found = {
  passages: new Map(handbook.map((one) => [one.id, one])),
  told: [],
  asked: 'What are the rules?',
  searched: true,
};
const ground = readGround(found, 'I do not find that in the documents.', []);

async function isSupported([statement, numbers]: [string, number[]]): Promise<boolean> {
  const marks = numbers.map((number) => `[${handbook[number - 1]?.id}]`).join('');
  const { passes } = await checkAnswer(readAnswer(`${statement} ${marks}`, ground), ground, judgeByWords);
  return passes;
}

async function share(statements: [string, number[]][]): Promise<number> {
  const verdicts = await Promise.all(statements.map(isSupported));
  return verdicts.filter(Boolean).length / statements.length;
}

test('of true statements in other words nine in ten pass, and of false ones none', async () => {
  expect(await share(supported)).toBeGreaterThan(0.9);
  expect(await share(unsupported)).toBe(0);
});

test.each([
  ['a number', 'A film can be reserved for up to 4 days [p-0000000006].'],
  ['a number in words', 'A film can be reserved for up to four days [p-0000000006].'],
  ['a name', 'Write to the office of Mary Jones in Lethbridge by e-mail [p-0000000003].'],
  ['a date', 'The membership began on March 6, 2024 [p-0000000003].'],
  ['a time', 'The stores are open from 10:30 to 22:00 on weekdays [p-0000000004].'],
  ['a currency', 'Members of the Gold Club pay €9.99 a month [p-0000000003].'],
  ['a denial', 'Employees may make exceptions [p-0000000005].'],
  ['a missing denial', 'On public holidays they are not closed [p-0000000004].'],
])('%s that the passage does not have is not supported', async (_, statement) => {
  const { faulty } = await checkAnswer(readAnswer(statement, ground), ground, judgeByWords);
  expect(faulty).toMatchObject([{ fault: 'unsupported' }]);
});

test.each([
  'A film can be reserved for up to 3 days [p-0000000006].',
  'The membership began on 5 March 2024 [p-0000000003].',
  'The membership began in March 2024 [p-0000000003].',
  'The stores are open from 10 to 22:00 on weekdays [p-0000000004].',
  'Members of the Gold Club pay 9.99 dollars a month [p-0000000003].',
  "Employees can't make exceptions [p-0000000005].",
])('%s is supported', async (statement) => {
  expect((await checkAnswer(readAnswer(statement, ground), ground, judgeByWords)).faulty).toEqual([]);
});
