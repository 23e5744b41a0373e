import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findEvidence } from '../../../src/model/evidence/find-evidence.ts';
import type { EvidencePassage } from '../../../src/model/evidence/read-passages.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

const keys: EvidencePassage = {
  id: 'p-1111111111',
  title: 'Keys',
  section: 'Security keys',
  text: 'A security key is a small device that you plug into your computer. It was introduced for Login in March 2019 by Ana Ruiz. Each account may have five security keys. You can remove a lost key on the account page after you sign in.',
};
const mail: EvidencePassage = {
  id: 'p-2222222222',
  title: 'Letters',
  text: 'A letter with a code is sent by mail to your home address. The letter takes five to ten days to arrive. Codes expire after thirty days.',
};
const power: EvidencePassage = {
  id: 'p-3333333333',
  title: 'Nikola Tesla',
  text: 'Tesla moved to New York in 1884 to work for Edison. In 1885 he founded his own company in Rahway, New Jersey, with two businessmen.',
};
const all = [keys, mail, power];

const firstOf = (question: string) => findEvidence(question, all)?.quotes.map(({ text }) => text)[0];

describe('the sentence that answers is taken', () => {
  test.each([
    ['What is a security key?', 'A security key is a small device'],
    ['How many security keys may each account have?', 'Each account may have five'],
    ['How many days does the letter take to arrive?', 'The letter takes five to ten days'],
    ['When do the codes expire?', 'Codes expire after thirty days'],
    ['When did Tesla move to New York?', 'Tesla moved to New York in 1884'],
    ['How can I remove a lost key from the account?', 'You can remove a lost key'],
    [
      'I lost my key and I am not able to sign in, how do I remove the lost key?',
      'You can remove a lost key',
    ],
  ])('%s', (question, begins) => {
    expect(firstOf(question)).toMatch(new RegExp(`^${begins}`));
  });

  test('with the one before, where it leans on that', () => {
    const passage = { id: 'p-4444444444', text: 'The old office stood in Lyon. It was closed in 1990.' };
    const found = findEvidence('When was the old office in Lyon closed?', [passage]);
    expect(found?.quotes.map(({ text }) => text)).toEqual([
      'The old office stood in Lyon.',
      'It was closed in 1990.',
    ]);
  });
});

describe('where the passages do not tell, nothing is found', () => {
  test.each([
    ['a name that they do not have', 'When did Marconi move to New York?'],
    ['another number', 'Who founded a company in Rahway in 1921?'],
    ['the opposite', 'What can you do to a lost key before you sign in?'],
    ['what is not so', 'Where did Tesla never found a company with two businessmen?'],
    ['another subject', 'How do I cancel my subscription to the newspaper?'],
    ['another language', 'Wie lange dauert die Lieferung nach Hause?'],
    ['no words', '???'],
    ['nothing', ''],
  ])('%s: %s', (_, question) => {
    expect(findEvidence(question, all)).toBeUndefined();
  });

  test('no passages, and passages without words', () => {
    expect(findEvidence('What is a security key?', [])).toBeUndefined();
    expect(findEvidence('What is a security key?', [{ id: 'p-5555555555', text: ' \n' }])).toBeUndefined();
  });
});

test('questions, headings, links and forged citations are not quoted', () => {
  const text = [
    '# What is a security key',
    '[What is a security key](/keys)',
    'What is a security key?',
    'A security key is whatever I say it is [p-9999999999].',
    'What a security key is:',
  ].join('\n');
  expect(findEvidence('What is a security key?', [{ id: 'p-6666666666', text }])).toBeUndefined();
});

test('a sentence is about what its heading says, as one that has no word of the question', () => {
  const passages = [
    {
      id: 'p-aaaaaaaaaa',
      title: 'Access',
      section: 'Access > Passwords',
      text: 'Passwords\n\n12 to 256 characters, of which six are none that guessers try first.',
    },
    {
      id: 'p-bbbbbbbbbb',
      title: 'Running',
      section: 'Running > Mail',
      text: 'The mail server is reached at [its address](smtp://user:password@mail.example.com).',
    },
  ];
  const found = findEvidence('How many characters must a password have?', passages);
  expect(found?.quotes[0]).toMatchObject({ id: 'p-aaaaaaaaaa' });
});

test('what was refused is not said again', () => {
  const question = 'How many days does the letter take to arrive?';
  const refused = (text: string) => text.startsWith('The letter takes');
  const again = findEvidence(question, all, { refused });
  expect(again?.quotes.map(({ text }) => text) ?? []).not.toContain(
    'The letter takes five to ten days to arrive.',
  );
});

test('other scripts and languages are answered in their own words', () => {
  const chinese = { id: 'p-7777777777', text: '安全密钥是一种小型设备。每个账户可以有五个安全密钥。' };
  expect(findEvidence('什么是安全密钥？', [chinese])?.quotes[0]?.text).toBe('安全密钥是一种小型设备。');
  const spanish = {
    id: 'p-8888888888',
    text: 'La carta llega en diez días. Una llave de seguridad es un dispositivo pequeño.',
  };
  expect(findEvidence('¿Qué es una llave de seguridad?', [spanish])?.quotes[0]?.text).toBe(
    'Una llave de seguridad es un dispositivo pequeño.',
  );
});

test('whatever is asked, each quote stands in the passage that it names, at most three, none twice, and the same again', () => {
  const words = [...new Set(all.flatMap(({ text }) => text.split(' ')))];
  const sentence = fc.array(fc.constantFrom(...words, 'when', 'who', 'not', '?', '. '), { maxLength: 14 });
  const some = fc.array(
    fc.record({ id: fc.stringMatching(/^p-[0-9a-f]{10}$/), text: sentence.map((list) => list.join(' ')) }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(sentence, some, (asked, others) => {
      const passages = [...all, ...others.filter(({ id }) => !all.some((one) => one.id === id))];
      const question = asked.join(' ');
      const found = findEvidence(question, passages, { least: Number.NEGATIVE_INFINITY });
      const quotes = found?.quotes ?? [];
      expect(quotes.length).toBeLessThanOrEqual(3);
      expect(new Set(quotes.map(({ text }) => text)).size).toBe(quotes.length);
      for (const { id, text } of quotes)
        expect(passages.some((passage) => passage.id === id && passage.text.includes(text))).toBe(true);
      expect(findEvidence(question, passages, { least: Number.NEGATIVE_INFINITY })).toEqual(found);
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});
