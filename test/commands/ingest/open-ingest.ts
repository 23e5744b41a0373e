import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ingestHere } from '../../../src/commands/ingest/here.ts';
import { type IngestFlags, type IngestRun, runIngest } from '../../../src/commands/ingest/run-ingest.ts';
import type { IngestTarget } from '../../../src/commands/ingest/target.ts';
import { type KnowledgeContext, worksItself } from '../../../src/commands/with-knowledge.ts';
import { openReaders } from '../../../src/knowledge/read/open-readers.ts';
import { openLog } from '../../../src/log.ts';
import type { Embedder } from '../../../src/model/embedder.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import { testConfig } from '../../support/open-test-context.ts';
import type { TestDatabase } from '../../support/test-database.ts';

export interface TestIngest {
  context: KnowledgeContext;
  /** Runs `baton ingest` in this process, as for a tenant; what it wrote comes as JSON. */
  run(
    what: string[],
    flags: Partial<IngestFlags> & { collection: string },
    more?: Partial<Ran>,
  ): Promise<Done>;
  close(): Promise<void>;
}

interface Ran {
  signal: AbortSignal;
  input: string;
  target: IngestTarget;
}

export interface Done {
  code: number;
  summary: Summary;
  /** What went to standard error. */
  told: string;
}

interface Summary {
  made: boolean;
  added: number;
  changed: number;
  unchanged: number;
  pruned: number;
  failed: { name: string; why: string }[];
  skipped: { name: string; why: string }[];
  chunks: number;
  tokens: number;
  seconds: number;
  stopped?: string;
}

const usual = { tag: [], metadata: {}, depth: 3, maxPages: 100, concurrency: 3 };

export async function openIngest(
  made: TestDatabase,
  {
    embedder = createLocalEmbedder(),
    settings = {},
  }: { embedder?: Embedder; settings?: Record<string, string> } = {},
): Promise<TestIngest> {
  const config = testConfig('test/fixtures/desk', settings);
  const log = openLog('silent', false);
  const readers = openReaders({ threads: 2 });
  const context = { config, log, db: made.database.db, embedder, queue: worksItself, readers };
  return {
    context,
    run: (what, flags, { signal = new AbortController().signal, input = '', target } = {}) =>
      inTenant(localTenant, async () => {
        const [output, errors] = [sink(), sink()];
        const run: IngestRun = {
          target: target ?? ingestHere(context, flags.collection),
          config,
          readers,
          input: Readable.from([Buffer.from(input)]),
          output,
          errors,
        };
        const { code } = await runIngest(run, what, { ...usual, ...flags, json: true }, signal);
        return { code, summary: JSON.parse(output.text()) as Summary, told: errors.text() }; // as it is written
      }),
    close: () => readers.close(),
  };
}

/** A folder with files, by their paths. */
export async function makeFolder(files: Record<string, string | Uint8Array>): Promise<{
  dir: string;
  write(files: Record<string, string | Uint8Array>): Promise<void>;
  remove(): Promise<void>;
}> {
  const above = await mkdtemp(path.join(os.tmpdir(), 'baton-folder-'));
  const dir = path.join(above, 'guides');
  const write = async (more: Record<string, string | Uint8Array>) => {
    for (const [file, content] of Object.entries(more)) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
      await writeFile(path.join(dir, file), content);
    }
  };
  await write(files);
  return { dir, write, remove: () => rm(above, { recursive: true, force: true }) };
}

function sink(): Writable & { text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => text });
}
