import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAnswer, judgeByWords } from '../../../src/handoff/citations/check-answer.ts';
import { type Citation, citationMetadata } from '../../../src/handoff/citations/citation.ts';
import { readAnswer, readGround } from '../../../src/handoff/citations/read-answer.ts';
import { realign } from '../../../src/handoff/citations/realign.ts';
import { restoreIds } from '../../../src/handoff/citations/restore-ids.ts';
import { writeAnswer } from '../../../src/handoff/citations/write-answer.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { handbook } from './passages.ts';
import { supported } from './statements.ts';

const decline = 'I do not find that in the documents.';
const found = {
  passages: new Map(handbook.map((one) => [one.id, one])),
  told: [],
  asked: 'What are the rules for a reservation?',
  searched: true,
};
const ground = readGround(found, decline, []);

/** No passage has this word: what is left with it is unsupported. */
const untrue = 'zorgle';

const ids = (numbers: number[]) => numbers.map((number) => `[${handbook[number - 1]?.id}]`).join('');
const trueIds = fc.constantFrom(...handbook.map(({ id }) => id));
const falseIds = fc.constantFrom('p-ffffffffff', 'p-00000000ab', 'P-0123456789');
const mark = fc.oneof(
  trueIds.map((id) => `[${id}]`),
  falseIds.map((id) => `[${id}]`),
  trueIds.map((id) => `[[${id}]1]`),
  fc.tuple(trueIds, falseIds).map(([one, other]) => `[${one}, ${other}]`),
  trueIds.map((id) => `(see ${id})`),
  trueIds.map((id) => `[${id}](https://evil.example)`),
  fc.constantFrom(
    '[1]',
    '[^2]',
    '[3, 4]',
    '[12](https://evil.example)',
    '[p-]',
    '[p-12',
    '[p-12x]',
    '[',
    ']',
    '[[1]]',
    '`[1]`',
    '`[p-0000000001]`',
    '🙂',
  ),
);
const good = fc
  .constantFrom(...supported)
  .chain(([text, numbers]) =>
    fc.constantFrom(
      `${text.slice(0, -1)} ${ids(numbers)}.`,
      `${text} ${ids(numbers)}`,
      `${text}${ids(numbers)}`,
    ),
  );
const bad = fc
  .tuple(
    fc.constantFrom(
      `The ${untrue} is blue.`,
      `A ${untrue} costs 77 euros!`,
      `Yes, the ${untrue} is allowed:`,
      `这是${untrue}。`,
    ),
    fc.option(mark),
  )
  .map(([text, cited]) => (cited ? `${text} ${cited}` : text));
const other = fc.constantFrom(
  'Hello!',
  'Do you want to know more?',
  'I hope this helps.',
  decline,
  'Here is how:',
  'e.g. so',
  'I hope this helps',
);
const uncited = fc.constantFrom(...supported.map(([text]) => text));
const sentence = fc.oneof(
  { weight: 4, arbitrary: good },
  { weight: 2, arbitrary: bad },
  uncited,
  other,
  mark,
);
const block = fc.oneof(
  { weight: 3, arbitrary: fc.array(sentence, { minLength: 1, maxLength: 4 }).map((list) => list.join(' ')) },
  fc.array(sentence, { minLength: 1, maxLength: 4 }).map((list) => list.map((one) => `- ${one}`).join('\n')),
  fc
    .array(sentence, { minLength: 1, maxLength: 3 })
    .map((list) => list.map((one, at) => `${at + 1}. ${one}`).join('\n')),
  sentence.map((one) => `## ${one}`),
  fc
    .array(sentence, { minLength: 1, maxLength: 2 })
    .map((list) => `| a | b |\n|---|---|\n${list.map((one) => `| ${one} | x |`).join('\n')}`),
  sentence.map((one) => `> ${one}`),
  sentence.map((one) => `\`\`\`\n${one}\nlist[1]\n\`\`\``),
  fc.constantFrom('---', '**Deadlines**', '### Damage', 'Steps:'),
);
const answers = fc
  .array(block, { minLength: 0, maxLength: 5 })
  .chain((blocks) => fc.constantFrom('\n\n', '\n', '\n\n\n').map((gap) => blocks.join(gap)));

async function settle(text: string): Promise<{ text: string; citations: Citation[]; declined: boolean }> {
  const checked = await checkAnswer(readAnswer(text, ground), ground, judgeByWords);
  return writeAnswer(checked, ground) ?? { text: decline, citations: [], declined: true };
}

function expectPlaces(text: string, citations: Citation[]): void {
  for (const { marker, at, start, end, id, quote } of citations) {
    expect(text.slice(at)).toMatch(new RegExp(`^\\[${marker}\\]`));
    expect(start <= at && at < end && end <= text.length).toBe(true);
    expect(found.passages.get(id)?.text).toContain(quote);
  }
  expect(citations.map(({ at }) => at)).toEqual(citations.map(({ at }) => at).sort((a, b) => a - b));
}

const runs = { numRuns: runsOf(400), seed: seedOf(1) };

test('whatever a model answers: every mark has its citation, every place is right, and nothing unsupported is left', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const { text, citations, declined } = await settle(answer);
      expectPlaces(text, citations);
      const outsideCode = text.replace(/```[\s\S]*?(```|$)|`[^`\n]+`/g, (code) => ' '.repeat(code.length));
      const marks = [...outsideCode.matchAll(/\[[1-9]\d{0,2}\]/g)].map(({ index }) => index);
      expect(marks.filter((at) => !citations.some((citation) => citation.at === at))).toEqual([]);
      expect(text).not.toMatch(/\bp-[0-9a-f]{10}\b|evil\.example/i);
      expect(text).not.toContain(untrue);
      const numbers = [...new Set(citations.map(({ marker }) => marker))];
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      expect(text.trim()).not.toBe('');
      if (declined) expect(text).toContain(decline);
    }),
    runs,
  );
});

test('what is left of an answer passes when it is checked again', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const { text, citations } = await settle(answer);
      const metadata = citationMetadata(citations, false);
      const [message] = restoreIds([
        { type: 'ai', id: 'a', name: 'a', content: text, tool_calls: [], response_metadata: metadata },
      ]);
      const again = await checkAnswer(readAnswer(String(message?.content), ground), ground, judgeByWords);
      expect(again.faulty.map(({ statement, fault }) => `${fault}: ${statement.unit.text}`)).toEqual([]);
    }),
    runs,
  );
});

test('a guard may change what it likes: the places that are left are right', async () => {
  const guards = fc.constantFrom<(text: string) => string>(
    (text) => text.replace(/\$?\d+\.\d+/g, '[sum]'),
    (text) => `Note. ${text}`,
    (text) => text.replace(/film/g, '🎬 motion picture'),
    (text) => text.replace('[1]', ''),
    (text) => text.replace(/\s+/g, ' '),
    (text) => text.slice(0, text.length / 2),
    () => 'All is said.',
  );
  await fc.assert(
    fc.asyncProperty(answers, guards, async (answer, guard) => {
      const { text, citations } = await settle(answer);
      const changed = guard(text);
      for (const { marker, at, start, end } of realign(citations, text, changed)) {
        expect(changed.slice(at)).toMatch(new RegExp(`^\\[${marker}\\]`));
        expect(start <= at && at < end && end <= changed.length).toBe(true);
      }
    }),
    runs,
  );
});
