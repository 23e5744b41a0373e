import { expect, test } from 'vitest';
import { sumProfile } from '../../../bench/turns/sum-profile.ts';

test('what Node does counts for the room that had it done, and idle time for nobody', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url });
  const nodes = [
    { id: 1, callFrame: frame('(root)'), children: [2, 4, 5, 6] },
    { id: 2, callFrame: frame('put', 'file:///baton/src/checkpoint/kysely-saver.ts'), children: [3] },
    { id: 3, callFrame: frame('stringify', 'node:internal/json') },
    { id: 4, callFrame: frame('(idle)') },
    { id: 5, callFrame: frame('(garbage collector)') },
    {
      id: 6,
      callFrame: frame('tick', 'file:///baton/node_modules/@langchain/langgraph/dist/pregel/loop.js'),
    },
  ];
  const profile = { nodes, samples: [2, 3, 4, 5, 6], timeDeltas: [100, 300, 5_000, 100, 500] };
  expect(sumProfile(profile)).toEqual([
    { place: 'LangGraph', share: 0.5 },
    { place: 'states', share: 0.4 },
    { place: 'garbage collection', share: 0.1 },
  ]);
});
