import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EvidencePassage } from '../../src/model/evidence/read-passages.ts';

/** Half of SQuAD's development sets, by article: 1.1 for what can be answered, 2.0 for what cannot. */
export const folder = path.resolve(import.meta.dirname, '../../../shared/data/retrieval_squad_share');

export interface SquadQuestion {
  id: string;
  text: string;
  /** Empty where the passages do not answer it. */
  answers: string[];
  /** The passage that has the answer, or comes nearest. */
  passage: string;
  half: Half;
}

/** Weights are fitted on the first half of the articles; what is reported comes from the second. */
export type Half = 'fitted' | 'held out';

export interface Squad {
  passages: (EvidencePassage & { half: Half; article: string })[];
  questions: SquadQuestion[];
}

export function readSquad(): Squad {
  const corpus = readLines<{ id: string; title: string; text: string }>('corpus.jsonl');
  const answerable = readLines<{ id: string; text: string; answers: string[] }>('queries.jsonl');
  const others = readLines<{ id: string; text: string; nearest_passage: string }>('unanswerable.jsonl');
  const gold = readGold();
  const halves = halfOfArticles(
    corpus.map(({ id }) => articleOf(id)),
    new Set(others.map(({ nearest_passage }) => articleOf(nearest_passage))),
  );
  const halfOf = (passage: string) => halves.get(articleOf(passage)) ?? 'fitted';
  return {
    passages: corpus.map((passage) => ({
      ...passage,
      half: halfOf(passage.id),
      article: articleOf(passage.id),
    })),
    questions: [
      ...answerable.map((question) => {
        const passage = gold.get(question.id) ?? '';
        return { ...question, passage, half: halfOf(passage) };
      }),
      ...others.map(({ id, text, nearest_passage: passage }) => ({
        id,
        text,
        answers: [],
        passage,
        half: halfOf(passage),
      })),
    ],
  };
}

/** By the alphabet, in turn; articles with unanswerable questions for themselves, so that both halves have some. */
function halfOfArticles(articles: string[], withOthers: Set<string>): Map<string, Half> {
  const sorted = [...new Set(articles)].sort();
  const lists = [
    sorted.filter((article) => withOthers.has(article)),
    sorted.filter((article) => !withOthers.has(article)),
  ];
  const halves = lists.flatMap((list) =>
    list.map((article, at): [string, Half] => [article, at % 2 === 0 ? 'fitted' : 'held out']),
  );
  return new Map(halves);
}

function articleOf(passage: string): string {
  return passage.replace(/#\d+$/, '');
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

function readLines<Line>(file: string): Line[] {
  const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
