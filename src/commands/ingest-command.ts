import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { recordAction } from '../audit/record.ts';
import { readConfig, readVariable } from '../config.ts';
import { FolderInUseError } from '../db/lock-file.ts';
import { CallerError, StartError } from '../errors.ts';
import { openReaders } from '../knowledge/read/open-readers.ts';
import { localTenant } from '../tenancy.ts';
import { ingestHere } from './ingest/here.ts';
import { ingestOnServer } from './ingest/on-server.ts';
import { type IngestFlags, runIngest } from './ingest/run-ingest.ts';
import { interrupted, withKnowledge } from './with-knowledge.ts';

/** `baton ingest`. */
export function addIngestCommand(program: Command): void {
  program
    .command('ingest')
    .description('bring documents to a collection, to be searched and cited')
    .argument('<what...>', 'folders, files, addresses of web sites, or - for standard input')
    .requiredOption('--collection <name>', 'where to; it is made when it is absent')
    .option('--tag <tag>', 'a tag of every document; may be given again', gather, [])
    .option('--metadata <json>', 'more that is said of every document, for filters', readObject, {})
    .option('--language <code>', 'what they are in, such as en; as they read unless given')
    .addOption(new Option('--publish <state>', 'whether they are found').choices(['draft', 'published']))
    .option('--prune', 'delete documents of these folders whose files are gone')
    .option('--base-url <url>', 'where people read the folder: the path without its extension follows')
    .option('--chunk-tokens <number>', 'how long a passage is at most, in a new collection', readWhole)
    .addOption(
      new Option('--metric <metric>', 'how near vectors are is measured so, in a new collection').choices([
        'cosine',
        'l2',
        'inner_product',
      ]),
    )
    .option('--depth <number>', 'how many links from its start a page may be away', readWhole, 3)
    .option('--max-pages <number>', 'how many pages of a site', readWhole, 100)
    .option('--any-site', 'follow links to other sites, too')
    .option('--sitemap', 'begin with what the site’s sitemaps list, too')
    .option('--name <name>', 'what standard input is called')
    .option('--concurrency <number>', 'documents at once', readWhole, Math.max(2, availableParallelism()))
    .option('--tenant <id>', 'whose', localTenant)
    .option('--dry-run', 'only tell what would be done')
    .option('--json', 'the summary as JSON')
    .option('--server <url>', 'have a service that runs do it, over its HTTP API')
    .option(
      '--key <key>',
      'the key that it is asked with; better in the variable BATON_KEY, since others on this machine see what commands are given',
    )
    .action(async (what: string[], flags: IngestFlags & Where) => {
      process.exitCode = flags.server ? await onServer(what, flags, flags.server) : await here(what, flags);
    });
}

interface Where {
  server?: string;
  key?: string;
  tenant: string;
}

const streams = { input: process.stdin, output: process.stdout, errors: process.stderr };

async function here(what: string[], flags: IngestFlags & Where): Promise<number> {
  const { collection, tenant } = flags;
  return withKnowledge(tenant, async (context, signal) => {
    const target = ingestHere(context, collection);
    const { config, readers, db } = context;
    const { code, summary } = await runIngest({ target, config, readers, ...streams }, what, flags, signal);
    if (!flags.dryRun) {
      const { added, changed, pruned, failed } = summary;
      await recordAction(db, {
        action: 'document-ingest',
        target: { type: 'collection', id: collection },
        details: { what, added, changed, pruned, failed: failed.length },
      });
    }
    return code;
  }).catch(tellOfServer);
}

async function onServer(what: string[], flags: IngestFlags & Where, url: string): Promise<number> {
  if (!/^https?:\/\//.test(url))
    throw new CallerError('invalid-request', '--server: expected a URL such as http://127.0.0.1:3000.');
  const config = readConfig();
  const key = flags.key ?? readVariable('BATON_KEY');
  const target = ingestOnServer({ url, key }, flags.collection);
  const readers = openReaders();
  try {
    const { code } = await runIngest({ target, config, readers, ...streams }, what, flags, interrupted());
    return code;
  } finally {
    await readers.close();
  }
}

/** A service that runs has the embedded database for itself, and can do the work. */
function tellOfServer(error: unknown): never {
  if (!(error instanceof FolderInUseError)) throw error;
  throw new StartError(
    `${error.message}\nWhere that is a service, have it do the work: --server http://127.0.0.1:3000, and BATON_KEY where it asks for a key.`,
    { cause: error },
  );
}

export function gather(value: string, before: string[]): string[] {
  return [...before, value];
}

function readObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new InvalidArgumentError('expected a JSON object, such as {"team":"support"}');
}

export function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
