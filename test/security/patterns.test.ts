import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { addressOf, knownParams } from './support/address-of.ts';
import { ask } from './support/ask.ts';
import { type JsonSchema, type Operation, readOperations } from './support/operations.ts';
import { makeOneOfEverything, type Seed } from './support/seed.ts';
import { stringPlaces } from './support/string-places.ts';

const root = path.resolve(import.meta.dirname, '../..');
const long = 100_000;
const mostMs = 50;
const suspiciousMs = 1;
/** A text of ten times the length takes ten times as long, or a hundred times where it takes the square. */
const mostGrowth = 30;

/** Texts that make a pattern try again and again: repeats of what it takes, with an end that it does not. */
function hostileTexts(source: string, length: number): string[] {
  const letters = new Set([...source.matchAll(/[a-zA-Z0-9]/g)].map(([letter]) => letter));
  const units = [
    'a',
    '0',
    ' ',
    '-',
    '.',
    '/',
    '"',
    '=',
    ',',
    'aA0-',
    'a.',
    '0 ',
    '\n',
    ...[...letters].slice(0, 6),
  ];
  return units.flatMap((unit) => {
    const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    return [`${text}!`, `!${text}`];
  });
}

/** The patterns that stand in the source of the machine, and those that the OpenAPI document shows. */
function patternsOfSource(): Map<string, RegExp> {
  const found = new Map<string, RegExp>();
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const file of files) {
    const text = readFileSync(path.join(root, 'src', file), 'utf8');
    const literal =
      /(?<=[(,=:?!&|[{;]\s*|return\s+|^\s*)\/(?![*/])((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=[\s).,;:\]}]|$)/gm;
    for (const [, source = '', flags = ''] of text.matchAll(literal)) {
      try {
        found.set(`src/${file} /${source}/${flags}`, new RegExp(source, flags.replace(/[gy]/g, '')));
      } catch {
        // a division, or a comment that looks like a pattern
      }
    }
  }
  return found;
}

test('no pattern of the machine takes more than a moment for a hundred thousand hostile characters', () => {
  const patterns = patternsOfSource();
  expect(patterns.size).toBeGreaterThan(150);
  const slow: string[] = [];
  for (const [where, pattern] of patterns) {
    if (Object.keys(bounded).some((known) => where.startsWith(known))) continue;
    const worst = worstOf(pattern);
    if (worst) slow.push(`${where} ${worst}`);
  }
  expect(slow).toEqual([]);
}, 300_000);

/** Patterns that see only what is short by then. */
const bounded: Record<string, string> = {
  'src/sql/check-series.ts /^\\s*(\\d+)?': 'a text of 100 characters at most',
  'src/sql/check-series.ts /(\\d+)\\s*(year': 'a text of 100 characters at most',
  'src/knowledge/read/': 'documents, in a thread that is ended when it takes too long',
  'src/usage/dollars.ts /0+$/': 'the digits of a number',
  'src/model/pool/conceal.ts /=+$/': 'base64, which ends in two of them at most',
  'src/model/pool/test-key.ts /\\/+$/': 'a base URL, which has 2,000 characters at most',
};

/** Texts of a tenth of the length say which are worth a look: a pattern that needs the square of the length takes a hundredth for them. */
function worstOf(pattern: RegExp): string | undefined {
  const whole = hostileTexts(pattern.source, long);
  for (const [at, text] of hostileTexts(pattern.source, long / 10).entries()) {
    const short = cpuMsOf(() => pattern.test(text), suspiciousMs);
    if (short <= suspiciousMs) continue;
    const most = Math.max(mostMs, short * mostGrowth);
    const ms = short > 4 * mostMs ? short : cpuMsOf(() => pattern.test(whole[at] ?? ''), most);
    if (ms > most || short > 4 * mostMs)
      return `takes ${ms.toFixed(0)} ms for ${JSON.stringify(text.slice(0, 8))}…`;
  }
  return undefined;
}

function cpuMsOf(work: () => unknown, enough: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let again = 0; again < 3 && least > enough; again += 1) {
    const before = process.cpuUsage();
    work();
    const { user } = process.cpuUsage(before);
    least = Math.min(least, user / 1_000);
  }
  return least;
}

let service: TestService;
let operations: Operation[];
let made: Seed;

beforeAll(async () => {
  service = await startService({
    settings: { BATON_LIMITS: 'off', BATON_AUTH: 'local' },
    chat: async () => say('Yes.'),
  });
  operations = await readOperations(service.app);
  made = await makeOneOfEverything(service.url);
});
afterAll(() => service.stop());

test('no pattern that the OpenAPI document shows is slow either', () => {
  const patterns = new Set<string>();
  const gather = (schema: JsonSchema | undefined): void => {
    if (!schema) return;
    if (schema.pattern) patterns.add(schema.pattern);
    const { anyOf = [], oneOf = [], allOf = [], properties = {}, items, additionalProperties: more } = schema;
    for (const part of [...anyOf, ...oneOf, ...allOf, ...Object.values(properties)]) gather(part);
    gather(items);
    if (typeof more === 'object') gather(more);
  };
  for (const { body, params } of operations)
    for (const schema of [body, ...params.map((param) => param.schema)]) gather(schema);
  expect(patterns.size).toBeGreaterThan(3);
  const slow = [...patterns].filter((source) => {
    const pattern = new RegExp(source);
    return worstOf(pattern) !== undefined;
  });
  expect(slow).toEqual([]);
}, 120_000);

test('no field takes more than a moment to refuse or take a hundred thousand characters', async () => {
  const units = ['a', '0', ' ', '../', 'a-', '* '];
  const slow: string[] = [];
  let next = 0;
  const seen = new Set<string>();
  for (const operation of operations) {
    const { method, body } = operation;
    for (const place of body ? stringPlaces(body, made.known) : []) {
      const field = place.path.split('.').slice(-2).join('.');
      if (seen.has(field)) continue; // many operations take the same
      seen.add(field);
      const unit = units[next++ % units.length] ?? 'a';
      const text = `${unit.repeat(Math.ceil(long / unit.length))}!`;
      const at = addressOf(operation, knownParams(operation, made.known));
      const before = process.cpuUsage();
      const answer = await ask(service.url, {
        method,
        path: at,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(place.put(text)),
      });
      const { user } = process.cpuUsage(before);
      expect(answer.status, `${operation.name}${place.path}`).toBeLessThan(500);
      if (user / 1_000 > 3_000) slow.push(`${operation.name}${place.path}: ${(user / 1_000).toFixed(0)} ms`);
    }
  }
  expect(slow).toEqual([]);
}, 120_000);
