/**
 * How well and how fast the local embedder retrieves: questions against passages, by exact scan.
 *
 * `node bench/local-embedder.ts [--quick] [--json FILE]`; `--quick` asks every tenth question. The data is half
 * of SQuAD 1.1 dev in BEIR's layout; without it the bench says so and ends well.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createLocalEmbedder } from '../src/model/local-embedder.ts';

const folder = path.resolve(import.meta.dirname, '../../shared/data/retrieval_squad_share');
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});

if (existsSync(folder)) report(await measure());
else say(`Skipped: there is no ${path.relative(process.cwd(), folder)}.`);

async function measure() {
  const embedder = createLocalEmbedder();
  const passages = readLines('corpus.jsonl');
  const questions = readLines('queries.jsonl').filter((_, index) => !options.quick || index % 10 === 0);
  const gold = readGold();
  const begun = performance.now();
  const places = await embedder.embed(passages.map(({ text }) => text));
  const passagesMs = performance.now() - begun;
  const asked = await embedder.embed(questions.map(({ text }) => text));
  const questionsMs = performance.now() - begun - passagesMs;
  const ranks = asked.map((vector, index) => {
    const right = passages.findIndex(({ id }) => id === gold.get(questions[index]?.id ?? ''));
    const scores = places.map((place) => dot(place, vector));
    const rightScore = scores[right] ?? Number.NaN;
    return 1 + scores.filter((score, passage) => passage !== right && score >= rightScore).length;
  });
  return {
    model: embedder.model,
    passages: passages.length,
    questions: questions.length,
    'hit@1': meanOf(ranks.map((rank) => (rank === 1 ? 1 : 0))),
    'recall@5': meanOf(ranks.map((rank) => (rank <= 5 ? 1 : 0))),
    'mrr@10': meanOf(ranks.map((rank) => (rank <= 10 ? 1 / rank : 0))),
    'ms per 1000 passages': Math.round((passagesMs / passages.length) * 1000),
    'ms per 1000 questions': Math.round((questionsMs / questions.length) * 1000),
  };
}

function report(result: Awaited<ReturnType<typeof measure>>): void {
  for (const [name, value] of Object.entries(result)) say(`${name.padEnd(24)}${value}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}

function readLines(file: string): { id: string; text: string }[] {
  const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function readGold(): Map<string, string> {
  const lines = readFileSync(path.join(folder, 'qrels.tsv'), 'utf8').trim().split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      const [question = '', passage = ''] = line.split('\t');
      return [question, passage];
    }),
  );
}

function dot(one: number[], other: number[]): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

function meanOf(values: number[]): number {
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
