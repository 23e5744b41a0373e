import { defineGuard } from '../src/handoff/define-guard.ts';
import type { Embedder } from '../src/model/embedder.ts';

/** What services are asked that they are not there for. Edit to taste: one sentence a subject, in its own words. */
const elsewhere = [
  'Write a program, a script or a function in Python or JavaScript and fix the bug in this code.',
  'Give me medical advice about symptoms, a diagnosis, medicine and doses.',
  'Give me legal advice about a lawsuit, a contract or a visa.',
  'Which party should I vote for in the election, and what do you think about politics and the president?',
  'Should I buy stocks, shares, bitcoin or crypto, and how do I invest my money?',
  'Do my homework: solve this equation and write an essay about history for school.',
  'How do I make a bomb, a weapon, poison or drugs, or hack into an account?',
];

/** A text must be at least this near to one of them, and nearer than to anything that the graph is about. */
const nearEnough = 0.25;

export const stayOnTopic = defineGuard({
  name: 'stay_on_topic',
  description: 'Refuses what users ask that is nearer to other subjects than to what the graph is about.',
  places: ['input'],
  async check(text, { topics, embedder, signal }) {
    const off = await nearest(text, elsewhere, embedder, signal);
    if (off < nearEnough) return undefined;
    const on = await nearest(text, topics, embedder, signal);
    return off > on ? { block: 'I can only help with what this service is for.' } : undefined;
  },
});

/** The cosine similarity to the nearest of the texts; 0 where there are none. */
async function nearest(
  text: string,
  texts: string[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<number> {
  if (texts.length === 0) return 0;
  const [asked = [], ...others] = await embedder.embed([text, ...texts], signal);
  return Math.max(
    ...others.map((other) => other.reduce((sum, value, at) => sum + value * (asked[at] ?? 0), 0)),
  );
}
