import type { Config } from '../../config.ts';
import type { Metric } from '../../db/tables/knowledge-tables.ts';
import { CallerError } from '../../errors.ts';
import { type Found, findFiles } from '../../knowledge/read/find-files.ts';
import type { Readers } from '../../knowledge/read/open-readers.ts';
import type { JsonObject } from '../../message.ts';
import { printable } from '../../printable.ts';
import { bringFile } from './bring-file.ts';
import { bringPages } from './bring-pages.ts';
import { ingest } from './ingest.ts';
import type { IngestOptions } from './ingest-options.ts';
import { showIngest } from './show-ingest.ts';
import type { Summary } from './summary.ts';
import type { GivenDocument, IngestTarget } from './target.ts';
import { writeSummary } from './write-summary.ts';

/** As the command line gives them. */
export interface IngestFlags {
  collection: string;
  tag: string[];
  metadata: JsonObject;
  language?: string;
  publish?: 'draft' | 'published';
  prune?: boolean;
  baseUrl?: string;
  chunkTokens?: number;
  metric?: Metric;
  depth: number;
  maxPages: number;
  anySite?: boolean;
  sitemap?: boolean;
  name?: string;
  concurrency: number;
  dryRun?: boolean;
  json?: boolean;
}

export interface IngestRun {
  target: IngestTarget;
  config: Pick<Config, 'knowledge'>;
  readers: Pick<Readers, 'findLinks'>;
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
  errors: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
}

/**
 * `baton ingest`: brings files, folders, sites and standard input to a collection, shows how far it is and says what became of them. Returns the
 * summary, with the exit code: 1 when any failed, 130 when it was interrupted. Rejects with a `CallerError` for what is wrong with the command.
 */
export async function runIngest(
  run: IngestRun,
  what: readonly string[],
  flags: IngestFlags,
  signal: AbortSignal,
): Promise<{ code: number; summary: Summary }> {
  checkFlags(what, flags);
  const { target, output, errors } = run;
  const found = await findFiles(what.filter((one) => !isAddress(one) && one !== '-'));
  const show = showIngest(errors);
  if (!what.some(isAddress)) show.total(found.files.length + (what.includes('-') ? 1 : 0));
  for (const { name, why } of found.skipped) show.end(name, 'skipped', { why });
  const late: Pick<Summary, 'failed' | 'skipped'> = { failed: [], skipped: [] };
  const documents = allOf(run, what, found, { flags, late, signal });
  const options = {
    ...flags,
    tags: flags.tag,
    dryRun: flags.dryRun === true,
    prune: flags.prune ? pruneOf(found) : undefined,
  };
  const done = await ingest(target, documents, options, show, signal).finally(show.stop);
  const failed = [...done.failed, ...late.failed];
  const summary = { ...done, failed, skipped: [...found.skipped, ...late.skipped] };
  output.write(flags.json ? `${JSON.stringify(toWire(summary), null, 2)}\n` : writeSummary(summary));
  const code = signal.aborted ? 130 : failed.length > 0 || done.stopped ? 1 : 0;
  return { code, summary };
}

function checkFlags(what: readonly string[], { prune, name, baseUrl, concurrency }: IngestFlags): void {
  const refuse = (message: string) => {
    throw new CallerError('invalid-request', message);
  };
  const noAddress = what.find((one) => isAddress(one) && !URL.canParse(one));
  if (noAddress !== undefined) refuse(`${printable(noAddress)} is no address.`);
  if ([...what.filter(isAddress), baseUrl ?? ''].some(hasCredentials))
    refuse('An address with a user name or password in it would be kept and shown: give one without.');
  if (what.includes('-') && !name) refuse('Say what standard input is called: --name notes.md.');
  if (prune && what.some((one) => isAddress(one) || one === '-'))
    refuse('--prune is for folders: of a site, nobody knows which pages are gone.');
  if (baseUrl !== undefined && !/^https?:\/\//.test(baseUrl))
    refuse('--base-url: expected a URL of http or https.');
  if (concurrency < 1 || concurrency > 64) refuse('--concurrency: expected 1 to 64.');
}

/** A folder that is empty is more likely one that is not there just now: none of its documents go. */
function pruneOf({ folders, files }: Found): IngestOptions['prune'] {
  const full = new Set(files.map(({ folder }) => folder));
  return {
    folders: folders.filter((folder) => full.has(folder)),
    keys: new Set(files.map(({ key }) => key)),
  };
}

function hasCredentials(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.username !== '' || url.password !== '');
}

function isAddress(what: string): boolean {
  return /^https?:\/\//i.test(what);
}

interface Around {
  flags: IngestFlags;
  /** What is known of pages once they were asked for. */
  late: Pick<Summary, 'failed' | 'skipped'>;
  signal: AbortSignal;
}

async function* allOf(
  run: IngestRun,
  what: readonly string[],
  { files }: Found,
  { flags, late, signal }: Around,
): AsyncGenerator<GivenDocument> {
  for (const file of files) yield await bringFile(file, flags.baseUrl);
  if (what.includes('-')) yield fromInput(run.input, flags.name ?? '');
  const { maxDocumentBytes: maxBytes, fetchAllow: allow } = run.config.knowledge;
  const { depth: maxDepth, maxPages, anySite = false, sitemap = false } = flags;
  const options = { maxDepth, maxPages, sameSite: !anySite, sitemap, maxBytes, allow, signal };
  for (const url of what.filter(isAddress))
    yield* bringPages(
      url,
      { ...options, findLinks: run.readers.findLinks },
      {
        failed: (name, why) => late.failed.push({ name, why }),
        skipped: (name, why) => late.skipped.push({ name, why }),
      },
    );
}

function fromInput(input: NodeJS.ReadableStream, name: string): GivenDocument {
  return { key: name, name, once: true, open: () => input as AsyncIterable<Uint8Array> }; // nothing has set an encoding
}

function toWire({ dryRun, ...summary }: Summary): object {
  return { ...summary, ...(dryRun && { dry_run: true }) };
}
