import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type AppContext, openContext } from '../../../src/app-context.ts';
import { type Citation, citationsOf, isDecline } from '../../../src/handoff/citations/citation.ts';
import { openLog } from '../../../src/log.ts';
import type { TurnEnd, TurnEvent } from '../../../src/turn-event.ts';
import { openIngest } from '../../commands/ingest/open-ingest.ts';
import { ask, watch } from '../../support/ask.ts';
import { testConfig } from '../../support/open-test-context.ts';
import { makeTestDatabase } from '../../support/test-database.ts';

export const root = path.resolve(import.meta.dirname, '../../..');

/** The project's own graphs on a database with a collection. */
export interface Library {
  context: AppContext;
  close(): Promise<void>;
}

/** Brings files and folders to a collection, and opens the project on it: with offline models, unless the settings name others. */
export async function openLibrary(
  collection: string,
  folders: string[],
  settings: Record<string, string> = {},
): Promise<Library> {
  const made = await makeTestDatabase();
  const ingest = await openIngest(made);
  const paths = folders.map((folder) => path.resolve(root, folder));
  const { summary } = await ingest.run(paths, { collection });
  await ingest.close();
  const { added, failed, chunks, seconds } = summary;
  const lost = failed.filter(({ why }) => why !== 'There is no text in it.'); // as of a page that only leads elsewhere
  if (added === 0 || lost.length > 0) throw new Error(JSON.stringify(summary));
  process.stdout.write(`${collection}: ${added} documents, ${chunks} chunks, ${seconds} s\n`);
  const context = await openContext(testConfig('.', settings), openLog('silent', false), {
    database: made.database,
  });
  return {
    context,
    async close() {
      await context.close(0);
      await made.drop();
    },
  };
}

const some = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const questionSchema = z.strictObject({
  question: z.string(),
  /** Who has to take it; absent: whoever. */
  agent: some.optional(),
  page: some.optional(),
  expect: z.array(z.string()).default([]),
  declines: z.boolean().default(false),
});
export type Question = z.infer<typeof questionSchema>;

export function readQuestions(file: string): Question[] {
  return z.array(questionSchema).parse(parse(readFileSync(path.join(root, 'evals', file), 'utf8')));
}

export interface Asked extends Question {
  end: TurnEnd;
  /** The documents of the passages that were found, by their keys. */
  found: string[];
  said: string;
  citations: Citation[];
  declined: boolean;
}

/** Asks a question on a new thread of a graph. Rejects when the turn has no answer. */
export async function askDesk(context: AppContext, graph: string, question: Question): Promise<Asked> {
  const events = await watch(context, await ask(context, question.question, { graph }));
  const end = events.at(-1);
  if (end?.type !== 'turn-end') throw new Error(`${question.question} ended with ${JSON.stringify(end)}`);
  const { answer } = end;
  return {
    ...question,
    end,
    found: events.flatMap(keysFound),
    said: answer.content,
    citations: citationsOf(answer),
    declined: isDecline(answer),
  };
}

function keysFound(event: TurnEvent): string[] {
  if (event.type !== 'call-end' || event.message.name !== 'search_knowledge') return [];
  const { passages = [] } = (event.message.artifact ?? {}) as { passages?: { key: string }[] }; // as the tool gives it
  return passages.map(({ key }) => key);
}

/** Whether a page that answers was among what was found. */
export const isFound = ({ page = [], found }: Asked) =>
  found.some((key) => page.includes(path.posix.basename(key)));

/** Whether what is cited is of a page that answers, or nothing is cited. */
export const isHonest = (asked: Asked) => asked.citations.length === 0 || isCited(asked);

/** Whether the first agent handed over to one of those who had to take it, without a detour. */
export const isRouted = ({ agent, end }: Asked) => agent?.includes(end.path[1] ?? '') ?? true;

/** Whether the answer stands on a page that answers. */
export const isCited = ({ page = [], citations }: Asked) =>
  citations.some(({ key }) => page.includes(path.posix.basename(key)));

/** Whether the answer holds what it should, or one of the ways to say it. */
export const isRight = ({ expect: expected, said }: Asked) =>
  expected.length === 0 || expected.some((text) => said.toLowerCase().includes(text.toLowerCase()));

/** Prints how many of some questions came out well, and which did not; returns the share. */
export function tell(what: string, asked: Asked[], isGood: (one: Asked) => boolean): number {
  const bad = asked.filter((one) => !isGood(one));
  const good = asked.length - bad.length;
  process.stdout.write(`${what}: ${good} of ${asked.length}\n`);
  for (const { question, end, citations, said } of bad) {
    const keys = citations.map(({ key }) => path.posix.basename(key)).join(', ');
    process.stdout.write(
      `  ${question} → ${end.path.join(' → ')} [${keys}] ${said.slice(0, 160).replaceAll('\n', ' ')}\n`,
    );
  }
  return good / asked.length;
}
