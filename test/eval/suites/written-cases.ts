import fc from 'fast-check';
import type { WrittenCase } from '../../../src/eval/suites/case-schema.ts';

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() !== '');
const words = fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 }));
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const whole = fc.integer({ min: 1, max: 1000 });
const some = { requiredKeys: [] as [] };
const row = fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 3,
});
const rows = fc.array(row, { minLength: 1, maxLength: 2 });
const tool = fc.constantFrom('search', 'run_sql', 'look_up');

const argument = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))), // without -0, which no JSON has
  fc.record({ anyOf: fc.array(fc.oneof(word, fc.integer()), { minLength: 1, maxLength: 2 }) }),
  fc.constant({ anything: true }),
);
const call = fc.oneof(
  tool,
  fc.tuple(tool, fc.dictionary(word, argument, { maxKeys: 2 })).map(([name, args]) => ({ [name]: args })),
  tool.map((name) => ({ [name]: null, by: 'sql' })),
);
const calls = fc.array(call, { minLength: 1, maxLength: 2 });
const path = fc.array(word, { minLength: 1, maxLength: 4 });
const patterns = fc.constantFrom('^so', '\\d+', '[a-z]+ (one|two)');

/** Every form that an expectation may be written in. */
const expectation = fc
  .record(
    {
      path: fc.oneof(
        path,
        fc.record({
          any: fc.array(path, { minLength: 1, maxLength: 2 }),
          mode: fc.constantFrom('strict', 'subset'),
        }),
      ),
      takenBy: words,
      calls: fc.oneof(
        calls,
        fc.record({ exactly: fc.array(call, { maxLength: 2 }), ordered: fc.boolean() }),
        fc.record({ within: calls }),
      ),
      sql: fc.oneof(word, fc.record({ gold: words, ordered: fc.boolean() })),
      rows: fc.oneof(rows, fc.record({ rows, ordered: fc.boolean() })),
      retrieval: fc.oneof(
        words,
        fc.record({
          relevant: fc.dictionary(word, whole, { minKeys: 1, maxKeys: 3 }),
          at: whole,
          recall: share,
        }),
      ),
      cites: fc.oneof(words, fc.record({ anyOf: words, others: fc.boolean() })),
      grounded: fc.boolean(),
      facts: fc.array(words, { minLength: 1, maxLength: 3 }),
      not: words,
      matches: fc.oneof(patterns, fc.array(patterns, { minLength: 1, maxLength: 2 })),
      schema: fc.constantFrom({ type: 'object' }, { type: 'array', items: { type: 'string' } }),
      safe: fc.oneof(fc.record({ leaks: words, agents: words }), fc.record({ forbidden: calls })),
      state: fc.record({ sql: word, rows: fc.array(row, { maxLength: 2 }) }),
      judges: fc.oneof(
        fc.record({ name: word, criteria: word, reference: word, atLeast: share }),
        fc.constant({ criteria: 'tone' }),
      ),
      within: fc.record({ seconds: whole, tokens: whole }),
    },
    some,
  )
  .chain((fields) => fc.boolean().map((refuses) => ({ ...fields, refuses })));

const message = fc.oneof(
  fc.record({ human: word }),
  fc.record({ ai: word, name: word }),
  fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: word }),
);

const asked = fc.oneof(
  fc.record({ ask: word, expect: expectation }),
  fc.record({ ask: word, expect: expectation, messages: fc.array(message, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    turns: fc.tuple(
      fc.record({ ask: word, expect: expectation }),
      fc.record({ resume: fc.oneof(word, fc.record({ decision: word })), expect: expectation }),
    ),
  }),
  fc.record({
    messages: fc.tuple(message, fc.record({ human: word })),
    expect: expectation,
  }),
);

const about = fc.record(
  { gate: fc.boolean(), tags: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }), configurable: row },
  some,
);

/** Cases as people may write them, each with an expectation and without an id. */
export const writtenCase: fc.Arbitrary<WrittenCase> = fc
  .tuple(asked, about)
  .map(([one, more]): WrittenCase => ({ ...one, ...more }));
