import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIban } from '../../../src/eval/promote/is-iban.ts';
import { isCard } from '../../../src/eval/promote/luhn.ts';
import { openScrubber } from '../../../src/eval/promote/open-scrubber.ts';
import { growthOf, mostGrowth } from '../../support/growth.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { anythingPersonal, plainWords } from './personal.ts';

test('the same address has the same stand-in, however it is written, and another has another', () => {
  const { text } = openScrubber();
  expect(text('Write to Mary.Smith@firm.example, not to joe@firm.example.')).toBe(
    'Write to person1@example.com, not to person2@example.com.',
  );
  expect(text('mary.smith@FIRM.example')).toBe('person1@example.com');
});

test('what stands in for digits is grouped as they were, and its check digits are right', () => {
  const { text } = openScrubber();
  const card = text('4111 1111 1111 1111');
  expect(card).toMatch(/^4\d{3} \d{4} \d{4} \d{4}$/);
  expect(isCard(card)).toBe(true);
  expect(text('4111-1111-1111-1111').replaceAll('-', ' ')).toBe(card);
  const account = text('DE89 3704 0044 0532 0130 00');
  expect(account).toMatch(/^DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d$/);
  expect(isIban(account)).toBe(true);
  expect(text('call +43 (660) 123-45-67 now')).toMatch(/^call \+00 \(000\) 000-00-0\d now$/);
  expect(text('from 83.12.7.9 and 2a02:8388:1::5')).toMatch(/^from 192\.0\.2\.\d and 2001:db8::\w$/);
});

test('an account that words follow ends where it ends', () => {
  expect(openScrubber().text('Pay to DE89370400440532013000 before noon')).toMatch(
    /^Pay to DE\d{20} before noon$/,
  );
});

test('names that are told are found in whatever case, each part of them too, and no part of another word', () => {
  const { text } = openScrubber(['Maria Delgado', 'Zoë']);
  expect(text('MARIA asked for ZOE and zoë; Mariana did not, says maria  delgado.')).toBe(
    'Alex asked for ZOE and Robin; Mariana did not, says Alex.',
  );
});

test('secrets go, and dates, years, small numbers and words stay', () => {
  const { text, notes } = openScrubber();
  expect(text('Bearer abcdefghijklmnopqrstuvwx')).toBe('Bearer [redacted]');
  const kept =
    "Films between 2005-05-24 and 24.05.2006, in 2005-2006, rated 4.99: ids 1, 22, 333; at 2005-05-24 18:00, 'x' = 120 * 60.";
  expect(text(kept)).toBe(kept);
  expect(notes()).toEqual(['Secrets were taken out of one text.']);
});

test('keys, numbers and texts deep in JSON are scrubbed, and the notes tell kinds and counts alone', () => {
  const { json, notes } = openScrubber(['Ann']);
  const scrubbed = json({
    to: ['ann@firm.example', { 'ann@firm.example': true }],
    card: 4111111111111111,
    page: 3,
  });
  expect(scrubbed).toEqual({
    to: ['person1@example.com', { 'person1@example.com': true }],
    card: expect.any(Number),
    page: 3,
  });
  expect((scrubbed as { card: number }).card).not.toBe(4111111111111111);
  expect(notes()).toEqual(['1 e-mail address was replaced.', '1 payment card was replaced.']);
});

test('a number is found whole in the signs of any keyboard, and has one stand-in in all of them', () => {
  const { text } = openScrubber();
  expect(text('+49 170 1234567')).toBe('+00 000 0000001');
  for (const written of [
    '+49\u00a0170\u00a01234567',
    '+49\u202f170\u20111234567',
    '+49–170–1234567',
    '＋４９ １７０ １２３４５６７',
    '+٤٩ ١٧٠ ١٢٣٤٥٦٧',
    '+49 170 \u200b1234567',
  ])
    expect(text(`call ${written} – now`)).toMatch(/^call \+00[ -]000[ -]0000001 – now$/);
  expect(text('jane.doe＠firm.example, jane.doe@firm.example, mailto:jane.doe%40firm.example')).toBe(
    'person2@example.com, person2@example.com, mailto:person2@example.com',
  );
  expect(text('DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000')).toMatch(/^DE\d\d \d{4} .* \d\d$/);
  expect(text('between 2005–05–24 and 24.05.2006, in 2005–2006: m² · ½')).toBe(
    'between 2005–05–24 and 24.05.2006, in 2005–2006: m² · ½',
  );
});

/** Long enough to tell who it is. */
function halfOf(text: string): string {
  return text.length < 14 ? text : text.slice(0, Math.ceil(text.length / 2));
}

test('a name is found whatever space or hyphen it is written with', () => {
  const { text } = openScrubber(['Jean-Luc Petit']);
  expect(text('Jean\u2011Luc\u00a0Petit, jean-luc petit')).toBe('Alex, Alex');
});

test('long texts of any signs take no longer than their length', async () => {
  for (const piece of ['1\u00a0', 'a%40', '٠–', 'DE89\u00a0']) {
    const scrub = (length: number) => openScrubber(['Ann']).text(piece.repeat(length / piece.length));
    expect(await growthOf(scrub, 100_000), piece).toBeLessThan(mostGrowth);
  }
}, 60_000);

test('nothing personal that stands in a text survives', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(plainWords, anythingPersonal), { minLength: 1, maxLength: 6 }), (parts) => {
      const names = parts.flatMap(([, { name, text }]) => (name ? [text] : []));
      const written = parts.map(([words, { text }]) => `${words} ${text}`).join(', ');
      const scrubbed = openScrubber(names).text(written);
      for (const [, { text }] of parts) {
        expect(scrubbed.toLowerCase()).not.toContain(text.toLowerCase());
        expect(scrubbed).not.toContain(halfOf(text));
      }
    }),
    { numRuns: runsOf(2_000), seed: seedOf(1) },
  );
});
