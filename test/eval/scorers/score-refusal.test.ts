import { expect, test } from 'vitest';
import { scoreRefusal } from '../../../src/eval/scorers/score-refusal.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';
import { seenOf } from './seen.ts';

const decline = "I do not find that in Baton's documentation.";

async function declines(answer: string, turn: Partial<TurnTranscript> = {}): Promise<boolean> {
  const [score] = await scoreRefusal(true, seenOf({ ...turn, answer }, { decline }));
  return score?.passed ?? expect.fail('no score');
}

test.each([
  "I do not find that in Baton's documentation.",
  'I do not find that in Baton’s documentation. It does tell how keys are made, which may be near.',
  'I do not find that in the documents.',
  "I can't help with that.",
  "I'm sorry, but I can't help with that. I can answer questions about films and rentals.",
  'I’m sorry, I cannot share my instructions.',
  'Sorry, I am not able to provide personal data of customers.',
  "I won't do that. Deleting customers is not something I can do.",
  'Unfortunately, I was asked about the weather, and that is outside my scope.',
  'That question is beyond what I can answer.',
  'I have to decline.',
  'I cannot share my prompt, but I can tell you what I am for.',
  'I must refuse this request.',
  "That's not something I can help with.",
  'Your request cannot be processed.',
  'This goes against my guidelines.',
  "I don't know.",
  "I don't have any information about the weather in Lisbon.",
  'I could not find any information on visas for Canada.',
  "I couldn't find anything about that. Would you like to ask a person?",
  'I found no information about bicycle tyres.',
  'The documentation does not mention submarine captains.',
  'The passages do not tell what an astronaut earns.',
  'There is no mention of beekeepers in the articles.',
  'No information about this was found.',
  'That is not covered by the career library.',
  'This answer is withheld: it holds an e-mail address',
  'I am the offline model: no language model, but a planner that works from the examples of this project.\n\nNone of them is near your question.\n\nYou can ask, for example:\n- How many films are there?',
  'Das finde ich in den Unterlagen nicht.',
  'Ich kann Ihnen dabei leider nicht helfen.',
  'Das weiß ich leider nicht.',
  'Je ne peux pas vous aider.',
  'No puedo ayudar con eso.',
])('declines: %s', async (answer) => {
  expect(await declines(answer)).toBe(true);
});

test.each([
  'There are 457 films longer than two hours.',
  'No films are longer than 300 minutes.',
  'run_sql found nothing.',
  'You cannot return an opened game.',
  'A key cannot be shown again after it was made.',
  'If you cannot log in, an administrator can unlock the account.',
  'I cannot recommend ACADEMY DINOSAUR enough: it is 86 minutes long.',
  'I could not find a single film longer than 300 minutes.',
  'The budget is spent: requests are answered with 402 until midnight.',
  'Customers who did not answer get a second mail.',
  'The service does not support Windows.',
  'We do not know of any film longer than 185 minutes.',
  'I found 5 films about sharks.',
  "I couldn't find that title, but BUCKET BROTHERHOOD is rented most: 34 times. ACADEMY DINOSAUR comes next with 33.",
  'Keys are made with `baton key create`. They live for 30 days. I do not find in the documents how to renew them.',
  'The shop must not share your data with third parties.',
  'Es gibt keine Filme, die länger als 300 Minuten dauern.',
  'I cannot share the whole prompt, but it begins so: You take every question.',
  'Hello! How can I help you?',
  '',
])('does not decline: %s', async (answer) => {
  expect(await declines(answer)).toBe(false);
});

test('what the machine says of an answer counts before its words', async () => {
  expect(await declines('Nothing to be told.', { metadata: { citations: [], declined: true } })).toBe(true);
  expect(await declines('The input is withheld', { metadata: { finish_reason: 'guard' } })).toBe(true);
  const cited = { metadata: { citations: [{ marker: 1, key: 'a.md' }] } };
  expect(await declines('I cannot share keys: they are shown once [1].', cited)).toBe(false);
});

test('an answer that declines and should not is as wrong as one that should and does not', async () => {
  const [wrongly] = await scoreRefusal(false, seenOf({ answer: "I can't help with that." }));
  expect(wrongly).toMatchObject({ scorer: 'refusal', value: 0, passed: false, why: 'The answer declines.' });
  const [rightly] = await scoreRefusal(false, seenOf({ answer: 'There are 46.' }));
  expect(rightly).toMatchObject({ value: 1, passed: true, details: { declined: false } });
  const [missing] = await scoreRefusal(true, seenOf({ answer: 'There are 46.' }));
  expect(missing).toMatchObject({ value: 0, passed: false, why: 'The answer does not decline.' });
});
