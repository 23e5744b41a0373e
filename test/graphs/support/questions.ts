import path from 'node:path';
import { type AppContext, openContext } from '../../../src/app-context.ts';
import { type Citation, citationsOf } from '../../../src/handoff/citations/citation.ts';
import { openLog } from '../../../src/log.ts';
import type { TurnEnd } from '../../../src/turn-event.ts';
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

export interface Asked {
  question: string;
  end: TurnEnd;
  said: string;
  citations: Citation[];
}

/** Asks a question on a new thread of a graph. Rejects when the turn has no answer. */
export async function askDesk(context: AppContext, graph: string, question: string): Promise<Asked> {
  const events = await watch(context, await ask(context, question, { graph }));
  const end = events.at(-1);
  if (end?.type !== 'turn-end') throw new Error(`${question} ended with ${JSON.stringify(end)}`);
  const { answer } = end;
  return {
    question,
    end,
    said: answer.content,
    citations: citationsOf(answer),
  };
}

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
