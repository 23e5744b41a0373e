import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitSentences } from '../../../src/model/evidence/split-sentences.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

const textsOf = (text: string) => splitSentences(text).map((sentence) => sentence.text);

test('abbreviations, initials and numbers end no sentence', () => {
  expect(textsOf('Dr. Ames of the U.S. Navy paid $1.5 million in Jan. 1974. He left. It was No. 5.')).toEqual(
    ['Dr. Ames of the U.S. Navy paid $1.5 million in Jan. 1974.', 'He left.', 'It was No. 5.'],
  );
});

test('a line is a sentence, and the number of an entry belongs to it', () => {
  expect(textsOf('Steps\n1. Open the page.\n2. Choose a key.\n- Done')).toEqual([
    'Steps',
    '1. Open the page.',
    '2. Choose a key.',
    '- Done',
  ]);
});

test('a link whose words are a question is not cut in two', () => {
  expect(textsOf('See [How do I sign in?](/help/sign-in). Then go on.')).toEqual([
    'See [How do I sign in?](/help/sign-in).',
    'Then go on.',
  ]);
});

test('a quoted question, code with a full stop in it, and bold text end no sentence too early', () => {
  expect(textsOf('"Why us?" asks for a reason. It says `No. Did you mean it?` then.')).toEqual([
    '"Why us?" asks for a reason.',
    'It says `No. Did you mean it?` then.',
  ]);
  expect(textsOf('**It is new.** Use it.')).toEqual(['**It is new.**', 'Use it.']);
});

test('other scripts have sentences too', () => {
  expect(textsOf('你好。这是什么？是的！')).toEqual(['你好。', '这是什么？', '是的！']);
  expect(textsOf('¿Qué tal? Bien.')).toEqual(['¿Qué tal?', 'Bien.']);
});

test('every sentence stands in the text where it says, in order, and nothing but white space is left out', () => {
  const pieces = fc.array(
    fc.constantFrom('Dr. ', 'A dog', '. ', '? ', '\n', ' ', '1. ', '](', '。', 'é', '😀', '\r\n', 'e.g. '),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      let end = 0;
      for (const sentence of splitSentences(text)) {
        expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
        expect(text.slice(end, sentence.start).trim()).toBe('');
        end = sentence.end;
      }
      expect(text.slice(end).trim()).toBe('');
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});
