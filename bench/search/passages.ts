import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Texts to search in, by the article that they are from, and questions about them. */
export interface Passages {
  articles: Article[];
  questions: Question[];
  /** Whether it is known which passage answers a question. */
  hasAnswers: boolean;
}

export interface Article {
  title: string;
  passages: { id: string; text: string }[];
}

export interface Question {
  text: string;
  /** The id of the passage that answers it. */
  answer: string;
}

const root = path.resolve(import.meta.dirname, '../..');
const shared = path.resolve(root, '../shared/data/retrieval_squad_share');

/** Half of SQuAD 1.1 dev in BEIR's layout; where it is not there, the project's own documentation, asked with sentences from it. */
export function readPassages(): Passages {
  return existsSync(shared) ? readShared() : readDocs();
}

function readShared(): Passages {
  const read = (file: string) => readFileSync(path.join(shared, file), 'utf8').trim().split('\n');
  const answers = new Map(
    read('qrels.tsv')
      .slice(1)
      .map((line) => [line.split('\t')[0] ?? '', line.split('\t')[1] ?? '']),
  );
  const articles = new Map<string, Article>();
  for (const line of read('corpus.jsonl')) {
    const { id, title, text } = JSON.parse(line) as { id: string; title: string; text: string };
    const article = articles.get(title) ?? { title, passages: [] };
    articles.set(title, article);
    article.passages.push({ id, text });
  }
  const questions = read('queries.jsonl').map((line) => {
    const { id, text } = JSON.parse(line) as { id: string; text: string };
    return { text, answer: answers.get(id) ?? '' };
  });
  return { articles: [...articles.values()], questions, hasAnswers: true };
}

function readDocs(): Passages {
  const folder = path.join(root, 'docs');
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const articles = files.map((file) => {
    const paragraphs = readFileSync(path.join(folder, file), 'utf8').split(/\n{2,}/);
    const long = paragraphs.filter((text) => text.length > 200 && !text.startsWith('```'));
    return { title: file, passages: long.map((text, n) => ({ id: `${file}#${n}`, text })) };
  });
  const questions = articles.flatMap(({ passages }) =>
    passages.map(({ id, text }) => ({ text: text.split(/(?<=[.!?:])\s/)[0] ?? text, answer: id })),
  );
  return { articles, questions, hasAnswers: false };
}

/** About `count` of them, evenly. */
export function someOf<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, n) => all[Math.floor(n * step)]).filter(
    (one) => one !== undefined,
  );
}
