import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStatements } from '../../../src/model/evidence/read-statements.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

const quotable = (text: string) =>
  readStatements(text)
    .filter(({ isWhole }) => isWhole)
    .map((statement) => statement.text.replaceAll(/\s+/g, ' '));

test('a sentence goes on where a line was broken for its width', () => {
  const text =
    'It lives in one process, which a lock file in the data\nfolder ensures. Nothing else is needed for it, and the\n`--force` flag helps nobody.';
  expect(quotable(text)).toEqual([
    'It lives in one process, which a lock file in the data folder ensures.',
    'Nothing else is needed for it, and the `--force` flag helps nobody.',
  ]);
});

test('steps on lines of their own are one each, however long', () => {
  const steps = [
    'Open the page and sign in with your password',
    'Scroll down to the end of the page until you see the link that deletes accounts',
    'Choose it.',
  ];
  expect(quotable(steps.join('\n'))).toEqual(steps);
});

test('what a piece begins or ends with in the middle of a sentence is not quoted', () => {
  const text =
    'folder ensures. It survives a sudden end of the process, whenever that comes,\nand keeps all.\n\nThe user of the database needs no rights but those to create what is its own. It needs\nto be no';
  expect(quotable(text)).toEqual([
    'It survives a sudden end of the process, whenever that comes, and keeps all.',
    'The user of the database needs no rights but those to create what is its own.',
  ]);
});

test('a heading is not quoted, and says what stands under it', () => {
  const text = 'Budgets\n\nOne is set for a day.\n\n# Limits\nThere are two.';
  expect(quotable(text)).toEqual(['One is set for a day.', 'There are two.']);
  expect(readStatements(text).map(({ heading }) => heading.trim())).toEqual([
    'Budgets',
    'Budgets',
    '# Limits',
    '# Limits',
  ]);
});

test('items and code are under the words that lead to them, and rows under the first row', () => {
  const text =
    'When you delete the account:\n\n- We delete your address\n- You lose\n  your keys.\n\nOther text.\n\n| setting | default |\n| --- | --- |\n| `A` | 5 |';
  const found = readStatements(text).filter(({ isWhole }) => isWhole);
  expect(found.map((one) => [one.text.replaceAll(/\s+/g, ' '), one.under])).toEqual([
    ['When you delete the account:', ''],
    ['- We delete your address', 'When you delete the account:'],
    ['- You lose your keys.', 'When you delete the account:'],
    ['Other text.', ''],
    ['| `A` | 5 |', '| setting | default |'],
  ]);
});

test('a command is one statement with the lines that it goes on over; what is only a part of code is none', () => {
  const text = 'curl -s $URL \\\n  -d "{}"\nnpm start\n\n{ "a": 1,\n"b": 2 }';
  expect(quotable(text)).toEqual(['curl -s $URL \\ -d "{}"', 'npm start']);
});

test('a formula that was broken into lines makes no heading', () => {
  const text = 'Reactive oxygen (O\n2) and peroxide (H\n2O\n2) are by-products. Cells make them.';
  expect(readStatements(text).every(({ heading }) => heading === '')).toBe(true);
});

test('every statement stands in the text where it says, in order', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'A dog',
      'runs',
      '. ',
      '\n',
      '\n\n',
      '- ',
      '| a |',
      '\n| --- |\n',
      '# ',
      '`',
      '\\\n',
      '2) ',
      '{',
      ': ',
      '狗。',
    ),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      let end = 0;
      for (const statement of readStatements(text)) {
        expect(text.slice(statement.start, statement.end)).toBe(statement.text);
        expect(statement.start).toBeGreaterThanOrEqual(end);
        end = statement.end;
      }
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});
