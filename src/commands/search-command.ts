import { type Command, Option } from 'commander';
import { type SearchMode, searchKnowledge } from '../knowledge/search/search-knowledge.ts';
import { localTenant } from '../tenancy.ts';
import { gather, readWhole } from './ingest-command.ts';
import { withKnowledge } from './with-knowledge.ts';
import { writePassages } from './write-passages.ts';

interface SearchFlags {
  collection: string[];
  limit: number;
  mode: SearchMode;
  tag: string[];
  language?: string;
  tenant: string;
  json?: boolean;
}

/** `baton search`. */
export function addSearchCommand(program: Command): void {
  program
    .command('search')
    .description('print the passages that agents would find')
    .argument('<query>', 'a question, or words')
    .requiredOption('--collection <name>', 'where; may be given again', gather, [])
    .option('--limit <number>', 'how many passages', readWhole, 8)
    .addOption(
      new Option('--mode <mode>', 'by words and meaning, or by one of them')
        .choices(['hybrid', 'lexical', 'vector'])
        .default('hybrid'),
    )
    .option('--tag <tag>', 'only documents with this tag; may be given again', gather, [])
    .option('--language <code>', 'only documents in this language')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--json', 'as JSON')
    .action((query: string, { tenant, ...flags }: SearchFlags) =>
      withKnowledge(tenant, async ({ db, embedder, log }, signal) => {
        const { collection: collections, limit, mode, tag: tags, language, json } = flags;
        const filter = { ...(tags.length > 0 && { tags }), ...(language !== undefined && { language }) };
        const passages = await searchKnowledge(db, embedder, {
          query,
          collections,
          limit,
          mode,
          filter,
          signal,
          log,
        });
        process.stdout.write(json ? `${JSON.stringify({ passages }, null, 2)}\n` : writePassages(passages));
      }),
    );
}
