import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { importFilms } from '../../src/commands/import.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const root = path.resolve(import.meta.dirname, '../..');
const dump = path.resolve(root, '../shared/data/film_rental');
const there = existsSync(dump);
if (!there) process.stderr.write(`Skipped: the dump of the real film shop is not at ${dump}.\n`);

const questions = z
  .array(z.object({ question: z.string(), expect: z.array(z.coerce.string()), sql: z.string() }))
  .parse(parse(readFileSync(path.join(root, 'evals/films-questions.yaml'), 'utf8')));

type Question = (typeof questions)[number];

describe.skipIf(!there)('questions on the real film shop, through the whole machine without a model', () => {
  test('all that the examples cover are answered right, by a query of the SQL agent', {
    timeout: 120_000,
  }, async () => {
    const made = await makeTestDatabase();
    onTestFinished(() => made.drop());
    await importFilms({ database: made.database, embedder: createLocalEmbedder() }, dump, () => undefined);
    const context = await openTestContext({ project: '.', made });
    const wrong: string[] = [];
    for (const question of questions) {
      const events = await watch(context, await ask(context, question.question, { graph: 'films' }));
      wrong.push(...mistakes(question, events.at(-1)));
    }
    expect(questions.length).toBeGreaterThanOrEqual(20);
    expect(wrong).toEqual([]);
  });
});

/** What is wrong with the end of a turn: no answer, not by a query, or a value missing before the evidence. */
function mistakes({ question, expect: expected }: Question, last: LoggedEvent | undefined): string[] {
  if (last?.type !== 'turn-end') return [`${question} ended with ${last?.type}`];
  const said = last.answer.content.split('Evidence:')[0] ?? '';
  const missing = expected.filter((value) => !said.includes(value));
  const queried = last.evidence.some(({ agent, tool }) => agent === 'sql' && tool === 'run_sql');
  return [
    ...(queried ? [] : [`${question} was answered without a query`]),
    ...(missing.length > 0 ? [`${question} misses ${missing.join(', ')}: ${said}`] : []),
  ];
}
