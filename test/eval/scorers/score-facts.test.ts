import { expect, test } from 'vitest';
import { scoreFacts } from '../../../src/eval/scorers/score-facts.ts';
import { seenOf } from './seen.ts';

async function says(answer: string, wording: string): Promise<boolean> {
  const [score] = await scoreFacts({ all: [[wording]], none: [] }, seenOf({ answer }));
  return score?.passed ?? expect.fail('no score');
}

test.each([
  ['There are 457 films.', '457', true],
  ['There are 457 films.', '45', false],
  ['There are 457 films.', '57', false],
  ['It lasts 45.7 minutes.', '45', false],
  ['It lasts 45.7 minutes.', '7', false],
  ['It costs 1,450 dollars.', '450', false],
  ['It costs 1,450 dollars.', '1450', true],
  ['It costs 1450 dollars.', '1,450', true],
  ['It costs 1\u202f450 dollars.', '1450', true],
  ['In 5 100 films are shown.', '5100', false],
  ['It is 45.', '45', true],
  ['It is 45, not more.', '45', true],
  ['A share of 45%.', '45', true],
  ['A share of 45%.', '45%', true],
  ['The sum is $67,416.51.', '67416.51', true],
  ['The sum is $4.50.', '4.5', true],
  ['The sum is $4.50.', '$4.50', true],
  ['It is -45 degrees.', '45', false],
  ['It is -45 degrees.', '-45', true],
  ['Between 12-45 days.', '45', true],
  ['At 12:45 it ends.', '45', false],
  ['At 12:45 it ends.', '12', false],
  ['At 12:45 it ends.', '12:45', true],
  ['It listens at 127.0.0.1:11434.', '11434', true],
  ['Three quarters: 3/4.', '4', false],
  ['On 2024-05-01 it began.', '2024-05-01', true],
  ['Take the A45 road.', '45', false],
  ['４５７ films', '457', true],
  ['**457** films', '457', true],
  ['BUCKET BROTHERHOOD is first.', 'Bucket Brotherhood', true],
  ['The art of it.', 'art', true],
  ['It is smart.', 'art', false],
  ['It is an artful thing.', 'art', false],
  ['It’s the client’s key.', "client's key", true],
  ['Keys are made with `baton key create`.', 'baton key create', true],
  ['It lies in `.baton`.', '`.baton`', true],
  ['See /metrics for more.', '/metrics', true],
  ['Set BATON_MAX_STREAMS.', 'MAX', false],
  ['Set BATON_MAX_STREAMS.', 'baton_max_streams', true],
  ['Ein Schlüssel.', 'schlüssel', true],
  ['Straße nach Süden', 'SÜDEN', true],
  ['这部电影很好。', '电影', true],
  ['half–two thirds', 'half-two', true],
  ['two\n  words', 'two words', true],
  ['a (b) c', '(b)', true],
])('“%s” says “%s”: %s', async (answer, wording, there) => {
  expect(await says(answer, wording)).toBe(there);
});

test('one wording of each fact is enough, and what must not be said may not', async () => {
  const seen = seenOf({ answer: 'Sports has the most films: 74.' });
  const [score] = await scoreFacts(
    { all: [['sport', 'Sports'], ['74'], ['75']], none: ['Horror', 'most'] },
    seen,
  );
  expect(score).toMatchObject({
    scorer: 'facts',
    value: 3 / 5,
    passed: false,
    why: 'The answer does not say “75”. The answer says “most”.',
    details: { missing: [['75']], wrong: ['most'] },
  });
});

test('what an answer rests on is no part of what it says', async () => {
  const answer =
    'There are some.\n\nEvidence: run_sql `select count(*) from film where length > 120`, 1 row.';
  expect(await says(answer, '120')).toBe(false);
  expect(await says('The evidence: 120 of them.', '120')).toBe(true);
});

test('an empty wording is never said', async () => {
  expect(await says('Something.', ' ')).toBe(false);
});
