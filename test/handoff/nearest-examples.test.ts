import { expect, test } from 'vitest';
import type { Agent } from '../../src/handoff/agent-file.ts';
import { nearestExamples } from '../../src/handoff/nearest-examples.ts';
import type { Message } from '../../src/message.ts';

const topics = [
  'films',
  'actors',
  'rentals',
  'payments',
  'stores',
  'customers',
  'languages',
  'cities',
  'staff',
  'copies',
];

function agentWith(asks: string[]): Agent {
  return { examples: asks.map((ask) => ({ ask })) } as Agent; // all that the function reads
}

const asked: Message[] = [{ type: 'human', id: 'h', content: 'How many languages are there?' }];

test('of many examples the eight nearest to the question are shown, the nearest first', async () => {
  const cases = await nearestExamples(
    agentWith(topics.map((topic) => `How many ${topic} are there?`)),
    asked,
  );
  expect(cases).toHaveLength(8);
  expect(cases[0]?.ask).toBe('How many languages are there?');
});

test('few examples are all shown, in their own order', async () => {
  const asks = ['b', 'a', 'c'];
  expect((await nearestExamples(agentWith(asks), asked)).map(({ ask }) => ask)).toEqual(asks);
});
