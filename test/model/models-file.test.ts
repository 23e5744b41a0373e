import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { modelsFileName, readModelsFile } from '../../src/model/models-file.ts';
import { openPriceTable, type PriceTable } from '../../src/model/price-table.ts';
import { costOf } from '../../src/usage/cost-of.ts';
import { formatProblem } from '../../src/yaml/file-problem.ts';
import { growthOf, mostGrowth } from '../support/growth.ts';

const now = new Date('2026-11-21T12:00:00Z');

function tableOf(text: string): PriceTable {
  const read = readModelsFile(text);
  if (Array.isArray(read)) throw new Error(read.map(formatProblem).join('\n'));
  return openPriceTable(read.prices);
}

/** What a million tokens of input cost, in dollars. */
function inputOf(table: PriceTable, name: string, at = now): number | undefined {
  const [provider = '', model = provider] = name.split(/:(.*)/);
  const price = table({ provider, model }, at);
  return price && Number(price.rates.input) / 1e9;
}

test.each([
  [
    'prices:\n  openai:gpt: { input: two }',
    'models.yaml:2: error: prices.openai:gpt.input: expected dollars for a million tokens, found the text "two".',
  ],
  ['prices:\n  openai:gpt: { output: 2 }', 'models.yaml:2: error: prices.openai:gpt: "input" is missing.'],
  [
    'prices:\n  openai:gpt:\n    input: 1\n    outptu: 2',
    'models.yaml:4: error: "outptu" is not known here. Did you mean "output"?',
  ],
  [
    'prices:\n  gpt-4.1: { input: 1 }',
    'models.yaml:2: error: prices.gpt-4.1: expected provider:model, in which * stands for any text, or default.',
  ],
  ['prices:\n  a:b: { input: -1 }', 'models.yaml:2: error: prices.a:b.input: expected 0 or more.'],
  [
    'prices:\n  a:b: { input: 0.0000000001 }',
    'models.yaml:2: error: prices.a:b.input: expected at most nine decimals.',
  ],
  [
    'prices:\n  a:b:\n    - { input: 1 }\n    - { input: 2 }',
    'models.yaml:2: error: prices.a:b: expected `from` on every price but the first, each day once.',
  ],
  ['price: {}', 'models.yaml:1: error: "price" is not known here. Did you mean "prices"?'],
  [
    'prices:\n  a:b: { input: 1, from: soon }',
    'models.yaml:2: error: prices.a:b.from: expected a day such as 2026-11-21.',
  ],
])('a mistake is told at its line: %j', (text, problem) => {
  const read = readModelsFile(text);
  expect(Array.isArray(read) ? read.map(formatProblem) : read).toEqual([problem]);
});

test.each(['', '# nothing', 'prices: {}'])('a file may say nothing: %j', (text) => {
  expect(inputOf(tableOf(text), 'openai:gpt')).toBeUndefined();
});

test('of the names that fit, the longest counts; a default stands for all others', () => {
  const table = tableOf(`prices:
  default: { input: 9 }
  openai:gpt-4.1: { input: 2 }
  openai:gpt-4.1-*: { input: 3 }
  openai:gpt-4.1-mini*: { input: 0.4 }
  "ollama:*": { input: 0 }`);
  const names = [
    'openai:gpt-4.1',
    'openai:gpt-4.1-2025',
    'openai:gpt-4.1-mini-2025',
    'ollama:qwen3:8b',
    'openai:new',
    'xgpt-4.1:a',
  ];
  expect(names.map((name) => inputOf(table, name))).toEqual([2, 3, 0.4, 0, 9, 9]);
});

test('a price holds from its day on, in UTC', () => {
  const table = tableOf(`prices:
  a:b:
    - { from: 2026-01-01, input: 1 }
    - { from: 2026-06-01, input: 2 }`);
  const at = (time: string) => inputOf(table, 'a:b', new Date(time));
  expect([
    at('2025-12-31T23:59:59Z'),
    at('2026-01-01T00:00:00Z'),
    at('2026-05-31T23:59:59Z'),
    at('2026-06-01T00:00:00Z'),
  ]).toEqual([undefined, 1, 1, 2]);
});

test('a price names its version, which changes with every figure', () => {
  const version = (text: string) => tableOf(text)({ provider: 'a', model: 'b' }, now)?.rates.version;
  expect(version('prices: { a:b: { from: 2026-01-01, input: 1 } }')).toMatch(/^a:b@2026-01-01#[0-9a-f]{8}$/);
  expect(version('prices: { a:b: { input: 1 } }')).toMatch(/^a:b@ever#/);
  expect(version('prices: { a:b: { input: 1 } }')).not.toBe(
    version('prices: { a:b: { input: 1, output: 1 } }'),
  );
});

test('the offline models are free unless the file prices them, whatever the default is', () => {
  const free = tableOf('prices: { default: { input: 5 } }');
  expect([inputOf(free, 'offline'), inputOf(free, 'local')]).toEqual([0, 0]);
  expect(inputOf(tableOf('prices: { offline: { input: 2 } }'), 'offline')).toBe(2);
});

test('a pattern of many stars takes no longer to match than a name is long', async () => {
  const table = tableOf(`prices: { "a:${'*a'.repeat(100)}*b": { input: 1 } }`);
  const match = (length: number) => expect(inputOf(table, `a:${'a'.repeat(length)}`)).toBeUndefined();
  expect(await growthOf(match, 40_000)).toBeLessThan(mostGrowth);
});

test('the file that Baton comes with has prices of the models that its docs name', async () => {
  const table = tableOf(await readFile(path.resolve(import.meta.dirname, '../..', modelsFileName), 'utf8'));
  const named = [
    'openai:gpt-4.1',
    'openai:gpt-4.1-mini',
    'openai:text-embedding-3-small',
    'openai:grok-4-fast',
  ];
  expect(named.map((name) => inputOf(table, name))).toEqual([2, 0.4, 0.02, 0.2]);
  const price = table({ provider: 'openai', model: 'gpt-4.1-mini' }, now);
  const usage = {
    input_tokens: 1_000,
    output_tokens: 100,
    total_tokens: 1_100,
    input_token_details: { cache_read: 600 },
  };
  // 400 × $0.40 + 600 × $0.10 + 100 × $1.60, for a million
  expect(price && costOf(usage, price.rates)).toBe(380_000n);
});
