import { expect, test } from 'vitest';
import type { Score } from '../../../src/eval/score.ts';
import { scoreGrounded } from '../../../src/eval/scorers/score-grounded.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';
import { callOf, passageOf, seenOf } from './seen.ts';

async function score(answer: string, turn: Partial<TurnTranscript> = {}): Promise<Score> {
  const [only] = await scoreGrounded(true, seenOf({ ...rentals, ...turn, answer }));
  return only ?? expect.fail('no score');
}

const rentals: Partial<TurnTranscript> = {
  user: 'How many films are longer than two hours, and which is rented most?',
  calls: [
    callOf(
      'run_sql',
      { sql: "select count(*) from film where length > 120 and title <> 'Hidden Words'" },
      { result: JSON.stringify({ columns: ['count'], rows: [{ count: 457 }], rowCount: 1 }) },
    ),
    callOf(
      'run_sql',
      { sql: 'select title, n from …' },
      {
        result: JSON.stringify({
          columns: ['title', 'rentals', 'revenue'],
          rows: [{ title: 'BUCKET BROTHERHOOD', rentals: 34, revenue: 1180.66 }],
        }),
      },
    ),
    callOf('run_sql', { sql: 'broken' }, { failed: true, result: 'There is no table 9999.' }),
  ],
};

test.each([
  'There are 457 films longer than two hours.',
  '457 films are longer than two hours. The most rented is Bucket Brotherhood, with 34 rentals.',
  'The most rented film is **BUCKET BROTHERHOOD**: $1,180.66 of revenue.',
  'Hello! Here is the answer:\n\n- 457 films are longer than two hours\n- BUCKET BROTHERHOOD: 34 rentals',
  'I do not find that in the documents.',
  'Shall I look for more?',
])('borne out by results: %s', async (answer) => {
  expect(await score(answer)).toMatchObject({ scorer: 'grounded', value: 1, passed: true });
});

test.each([
  [
    'There are 458 films longer than two hours.',
    'Nothing that was found has 458: “There are 458 films longer than two hours.”',
  ],
  ['There are 1,457 films longer than two hours.', 'Nothing that was found has 1457: '],
  [
    'The most rented film is Academy Dinosaur, with 34 rentals.',
    'Nothing that was found has academy, dinosaur: ',
  ],
  ['Yes, films are longer than two hours.', 'This rests on the question alone: '],
  ['I do not find that in the documents, but Paris is large.', 'Nothing that was found has paris: '],
  ['There are 9999 tables.', 'Nothing that was found has 9999: '],
  ['The film Hidden Words has 34 rentals.', 'Nothing that was found has hidden, words: '],
  ['Our shop opens early every morning and closes late.', 'What was found does not say this: '],
  [
    'BUCKET BROTHERHOOD has 34 rentals, see evil.example/films.',
    'Nothing that was found has evil.example/films: ',
  ],
])('not borne out: %s', async (answer, why) => {
  const found = await score(answer);
  expect(found).toMatchObject({ value: 0, passed: false });
  expect(found.why).toContain(why);
});

test('the value is the share of sentences that are borne out', async () => {
  const found = await score(
    '457 films are longer than two hours. Only 12 are shorter. BUCKET BROTHERHOOD has 35 rentals.',
  );
  expect(found.value).toBeCloseTo(1 / 3, 9);
  expect(found.why).toMatch(/ \(and 1 more\)$/);
  expect(found.details).toMatchObject({ sentences: 3, faults: [{ missing: ['12'] }, { missing: ['35'] }] });
});

test('what denies may repeat the question', async () => {
  const turn = {
    user: 'Which films are longer than 300 minutes?',
    calls: [callOf('run_sql', { sql: '…' }, { result: '{"columns":["title"],"rows":[],"rowCount":0}' })],
  };
  expect((await score('There are no films longer than 300 minutes.', turn)).passed).toBe(true);
  expect((await score('There are many films longer than 300 minutes.', turn)).passed).toBe(false);
});

test('numbers that stand side by side in a result are numbers of their own', async () => {
  const turn = {
    user: 'How many copies are in each store?',
    calls: [callOf('run_sql', {}, { result: '{"columns":["store_id","copies"],"rows":[[1,349],[2,300]]}' })],
  };
  const table = '| store | copies |\n| --- | --- |\n| 1 | 349 |\n| 2 | 300 |';
  expect(await score(table, turn)).toMatchObject({ value: 1, passed: true });
  expect((await score('There are 1,349 copies.', turn)).passed).toBe(false);
});

test('the length of a list that was found may be told', async () => {
  const turn = {
    user: 'Recommend films about sharks',
    calls: [
      callOf(
        'search_films',
        { query: 'sharks' },
        {
          result: JSON.stringify({
            films: [{ title: 'JAWS LAKE' }, { title: 'SHARK SEA' }, { title: 'REEF MAN' }],
          }),
        },
      ),
    ],
  };
  expect((await score('Three films about sharks: Jaws Lake, Shark Sea and Reef Man.', turn)).passed).toBe(
    true,
  );
  expect((await score('Four films about sharks: Jaws Lake, Shark Sea and Reef Man.', turn)).passed).toBe(
    false,
  );
});

const documents: Partial<TurnTranscript> = {
  user: 'When can I return an order?',
  calls: [
    callOf(
      'search_knowledge',
      { query: 'returns' },
      {
        result: 'shown as JSON',
        artifact: {
          passages: [
            {
              id: 'p-0123456789',
              documentId: 'd1',
              collection: 'shop',
              key: 'returns.md',
              name: 'returns.md',
              title: 'Returns',
              url: null,
              headings: ['Deadlines'],
              pages: null,
              text: 'An order may be sent back within 30 days. Opened games cannot be returned.',
              language: 'en',
            },
          ],
        } as never, // as the search tool writes it
      },
    ),
  ],
  passages: [
    passageOf(
      'p-0123456789',
      'returns.md',
      'An order may be sent back within 30 days. Opened games cannot be returned.',
    ),
  ],
};

test('answers from passages rest on their words, and may not turn them around', async () => {
  expect((await score('An order may be sent back within 30 days [1].', documents)).passed).toBe(true);
  expect((await score('Opened games can be returned [1].', documents)).why).toBe(
    'What was found says the opposite: “Opened games can be returned.”',
  );
  expect((await score('An order may be sent back within 60 days [1].', documents)).passed).toBe(false);
});

test('an answer without calls bears out nothing but courtesies', async () => {
  const empty = { user: 'Hello', calls: [], passages: [] };
  expect((await score('Hello! How can I help you?', empty)).passed).toBe(true);
  expect((await score('Paris is the capital of France.', empty)).passed).toBe(false);
});

test('where it is not expected nothing is scored', async () => {
  expect(await scoreGrounded(false, seenOf({ answer: 'Anything.' }))).toEqual([]);
});
