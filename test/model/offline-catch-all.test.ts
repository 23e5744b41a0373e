import { expect, test } from 'vitest';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { matchExample } from '../../src/model/offline/match-example.ts';
import { nearEnough } from '../../src/model/offline/resolve-question.ts';

const embedder = createLocalEmbedder();

test('an ask that is a slot alone is just near enough to whatever is asked', async () => {
  const { score, obstacle } = await matchExample(embedder, '{topic}', 'How are webhooks signed?');
  expect(score).toBeGreaterThanOrEqual(nearEnough);
  expect(score).toBeLessThan(nearEnough + 0.05);
  expect(obstacle).toBeUndefined();
});

test('an ask that is near goes before it', async () => {
  const question = 'How many threads do I have?';
  const near = await matchExample(embedder, 'How many threads do I have?', question);
  const any = await matchExample(embedder, '{topic}', question);
  expect(near.score).toBeGreaterThan(any.score);
});

test('it takes nothing of which nothing is asked', async () => {
  expect((await matchExample(embedder, '{topic}', '?')).score).toBe(0);
});
