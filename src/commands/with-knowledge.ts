import type { Config } from '../config.ts';
import type { Database } from '../db/open-database.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { openReaders, type Readers } from '../knowledge/read/open-readers.ts';
import type { Logger } from '../log.ts';
import { openMetrics } from '../metrics/open-metrics.ts';
import type { Embedder } from '../model/embedder.ts';
import { longestCall, meterModels } from '../model/meter-models.ts';
import { loadModelsFile } from '../model/models-file.ts';
import { openModels } from '../model/open-models.ts';
import { printable } from '../printable.ts';
import type { Queue } from '../queue/open-queue.ts';
import { inTenant } from '../tenancy.ts';
import { openLedger } from '../usage/open-ledger.ts';
import { withDatabase } from './with-database.ts';

/** What commands about documents work with: no graphs, and nothing that carries out runs. */
export interface KnowledgeContext {
  config: Config;
  log: Logger;
  db: Database['db'];
  embedder: Embedder;
  queue: Pick<Queue, 'addJob'>;
  readers: Readers;
}

/**
 * Opens the database, the embedder and the readers for one command on behalf of a tenant, and closes them after; an interrupt
 * aborts the signal. Rejects with a `CallerError` for a tenant that is not there.
 */
export async function withKnowledge<Result>(
  tenant: string,
  work: (context: KnowledgeContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return withDatabase(async (database, config, log) => {
    if (!(await getTenant(database.db, tenant)))
      throw new CallerError('not-found', `No tenant ${printable(tenant)}.`);
    const opened = await openParts(database, config, log);
    try {
      return await inTenant(tenant, () => work({ config, log, db: database.db, ...opened }, interrupted()));
    } finally {
      await opened.readers.close();
      await opened.ledger.close();
    }
  });
}

/**
 * What a command adds it works off by itself, so that no service finds work in the queue that is long done. What it leaves, the next
 * command goes on with, or a service that finds it waiting: see `readmitDocuments`.
 */
export const worksItself: KnowledgeContext['queue'] = { addJob: async () => undefined };

/** Aborts at the first Ctrl-C or SIGTERM, which is what CI sends; a second one ends the process at once. */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const abort = () => {
    for (const signal of signals) process.off(signal, abort);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, abort);
  return controller.signal;
}

async function openParts(database: Database, config: Config, log: Logger) {
  const { db } = database;
  const metrics = openMetrics();
  const file = await loadModelsFile(config.projectDir);
  const given = openModels(config.models, log, { file, db, secretKeys: config.secrets.keys, metrics });
  const ledger = openLedger({ db, log, metrics, holdSeconds: longestCall(config.models) });
  const { embedder } = meterModels(given, ledger, config.models, file.prices);
  const { readerThreads: threads } = config.knowledge;
  return {
    embedder,
    ledger,
    queue: worksItself,
    readers: openReaders({ ...(threads !== undefined && { threads }) }),
  };
}
