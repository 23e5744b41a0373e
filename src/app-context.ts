import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import { sealWith } from './audit/seal.ts';
import type { Bus } from './bus/bus.ts';
import { openBus } from './bus/open-bus.ts';
import { KyselySaver } from './checkpoint/kysely-saver.ts';
import type { Config } from './config.ts';
import { migrate } from './db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from './db/open-database.ts';
import { pingDatabase } from './db/ping-database.ts';
import type { Schema } from './db/schema.ts';
import { limitsFor, patientLimits } from './db/session-limits.ts';
import { errorMessage, StartError } from './errors.ts';
import { type GraphShelf, openGraphShelf } from './handoff/graph-shelf.ts';
import { prepareTools } from './handoff/prepare-tools.ts';
import { shelfOfCaller } from './handoff/shelf-of-caller.ts';
import { appendOnlyChannels } from './handoff/state.ts';
import { isLocal } from './identity/is-local.ts';
import { openReaders, type Readers } from './knowledge/read/open-readers.ts';
import { type Limits, openLimits } from './limits/open-limits.ts';
import type { Logger } from './log.ts';
import { type Mail, openMail } from './mail/open-mail.ts';
import { type Metrics, openMetrics } from './metrics/open-metrics.ts';
import { watchProcess } from './metrics/watch-process.ts';
import type { ChatModel } from './model/chat-model.ts';
import type { Embedder } from './model/embedder.ts';
import { longestCall, meterModels } from './model/meter-models.ts';
import { loadModelsFile } from './model/models-file.ts';
import { nameOfModel } from './model/name-of-model.ts';
import type { ModelKeys } from './model/open-model.ts';
import { type Models, openModels } from './model/open-models.ts';
import { openTogether } from './open-together.ts';
import { endClaims, heldClaims } from './queue/claim-sql.ts';
import { openQueue, type Queue } from './queue/open-queue.ts';
import { asOwner } from './tenancy.ts';
import { countNotices } from './turn/count-notices.ts';
import { hearOthers } from './turn/hear-others.ts';
import { type Journal, openJournal } from './turn/journal/journal.ts';
import { watchQueue } from './turn/keep-house.ts';
import { queueAlerts } from './turn/send-alert.ts';
import { startWork } from './turn/start-work.ts';
import { sendWatchersAway, stopTurns } from './turn/stop-turns.ts';
import { noTurns, type Turns } from './turn/turns.ts';
import { watchTurns } from './turn/watch-turns.ts';
import { type Ledger, openLedger } from './usage/open-ledger.ts';

/** Everything outside the process that is open, and what was read at start. */
export interface AppContext {
  config: Config;
  log: Logger;
  metrics: Metrics;
  database: Database;
  db: Kysely<Schema>;
  chat: ChatModel;
  embedder: Embedder;
  keys: ModelKeys;
  ledger: Ledger;
  saver: BaseCheckpointSaver;
  graphs: GraphShelf;
  /** Threads that start when the first document comes. */
  readers: Readers;
  queue: Queue;
  bus: Bus;
  limits: Limits;
  mail: Mail;
  turns: Turns;
  journal: Journal;
  /** Ends the turns under way, within `milliseconds`, and closes everything. */
  close(milliseconds?: number): Promise<void>;
}

export interface OpenOptions {
  /** Hears how far long work at start is. */
  progress?: (what: string, done: number, total: number) => void;
  /** Whether changed files of agents, graphs, tools and guards take effect without a restart. */
  watch?: boolean;
  /** Instead of what the config says. */
  database?: Database;
  chat?: ChatModel;
  embedder?: Embedder;
  /** Stands between the machine and its chat models, such as to record what they reply. */
  wrapChat?: (chat: ChatModel, models: Record<string, string>) => ChatModel;
}

/**
 * Opens the database, brings it up to date, and makes the models, graphs and tools ready.
 *
 * Rejects with an `Error` that says what is in the way; what was opened by then is closed.
 */
export async function openContext(
  config: Config,
  log: Logger,
  options: OpenOptions = {},
): Promise<AppContext> {
  sealWith(config.audit.keys);
  const database = options.database ?? (await openDatabase(config, log));
  const patient = openPatient(database, config, log);
  try {
    return await fill(config, log, { database, patient }, options);
  } catch (error) {
    await Promise.allSettled([patient.close(), database.close()]); // what failed first is told
    throw error;
  }
}

/** Opens what `DATABASE_URL` names, or the embedded database in the data folder. Work that takes long asks for no limits. */
export async function openDatabase(
  { database, audit }: Config,
  log: Logger,
  limits = limitsFor(database.statementTimeoutMs),
): Promise<Database> {
  sealWith(audit.keys);
  if (!database.url) return openEmbedded(database.dataDir);
  const opened = openPostgres(database.url, {
    max: database.pool,
    limits,
    statements: database.statementCache,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  await pingDatabase(opened.db).catch(async (cause: unknown) => {
    await opened.close();
    const { code } = cause as { code?: string }; // the network's errors may have no message
    const why = errorMessage(cause) || code;
    throw new StartError(`The database of DATABASE_URL cannot be used: ${why}.`, { cause });
  });
  return opened;
}

async function fill(
  config: Config,
  log: Logger,
  { database, patient }: { database: Database; patient: Database },
  options: OpenOptions,
): Promise<AppContext> {
  const { db } = database;
  const ran = await migrate(patient.db);
  if (ran.length > 0) log.info({ migrations: ran }, 'the database is up to date');
  const metrics = openMetrics();
  const file = await loadModelsFile(config.projectDir);
  const opened = openModels(config.models, log, { file, db, secretKeys: config.secrets.keys, metrics });
  const { chat = opened.chat, embedder = opened.embedder, wrapChat = (inner: ChatModel) => inner } = options;
  const given = { ...opened, embedder, chat: wrapChat(chat, firstNames(opened.chains)) };
  const holdSeconds = longestCall(config.models);
  const ledger = openLedger({ db, log, metrics, holdSeconds, onAlerts: () => tellAlerts(context) });
  const models = meterModels(given, ledger, config.models, file.prices);
  const saver = new KyselySaver(db, { appendOnly: appendOnlyChannels });
  const { progress = () => undefined, watch = false } = options;
  const works = config.role !== 'api';
  const { perTenant: runsPerTenant } = config.runs;
  const opensQueue = openQueue(database, { log, supervises: works, runsPerTenant });
  if (database.kind === 'pglite') await opensQueue; // its one connection may be with the films for long
  const opensShelf = openGraphShelf(
    config.projectDir,
    { ...models, database, log, modelNames: JSON.stringify(given.chains) },
    saver,
    {
      prepare: (tools) =>
        asOwner(() => prepareTools(tools, log, { database: patient, embedder: models.embedder, progress })),
      watch,
    },
  );
  const opensLimits = openLimits({
    config,
    db,
    log,
    known: async () => !(await isLocal({ config, db })),
    refused: (limit) => metrics.limited.inc({ limit }),
  });
  const [shelf, limits, queue, openedBus] = await openTogether(
    opensShelf,
    opensLimits,
    opensQueue,
    openBus({ database, log, ...config.bus }),
  );
  const graphs = shelfOfCaller(shelf);
  const bus = countNotices(openedBus, metrics);
  const mail = openMail(config, log);
  const { readerThreads } = config.knowledge;
  const readers = openReaders(readerThreads === undefined ? {} : { threads: readerThreads });
  const open = {
    config,
    log,
    metrics,
    database,
    db,
    ...models,
    ledger,
    saver,
    graphs,
    readers,
    queue,
    bus,
    limits,
    mail,
  };
  const journal = openJournal(db, { heldClaims, endClaims });
  const context = { ...open, turns: noTurns(), journal };
  watchTurns(context, database);
  const stops = [hearOthers(context), watchQueue(context), watchProcess(metrics.registry)];
  let worker: Awaited<ReturnType<typeof startWork>> | undefined;
  const closeParts = async (milliseconds: number) => {
    await graphs.close();
    worker?.stop();
    await stopTurns(context, milliseconds);
    sendWatchersAway(context);
    await worker?.end();
    for (const stop of stops) stop();
    mail.close();
    await bus.close();
    limits.close();
    await readers.close();
    await ledger.close();
    await queue.close();
  };
  try {
    if (works) worker = await startWork(context, patient);
  } catch (error) {
    await closeParts(0).catch(() => undefined); // what failed first is told
    throw error;
  }
  return {
    ...context,
    async close(milliseconds = config.runs.drainSeconds * 1_000) {
      await closeParts(milliseconds);
      await patient.close();
      await database.close();
    },
  };
}

/** The same database for what takes as long as it takes: migrations, the films, vectors. With few limits, and beside the pool. */
function openPatient(
  database: Database,
  { knowledge, database: { statementCache } }: Config,
  log: Logger,
): Database {
  if (database.kind === 'pglite') return { ...database, close: async () => undefined }; // there is one connection
  return openPostgres(database.connection.connectionString, {
    max: 3 + knowledge.concurrency,
    limits: patientLimits,
    statements: statementCache,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
}

/** By role, the model that is asked first. */
function firstNames(chains: Models['chains']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(chains).map(([role, [first]]) => [role, first ? nameOfModel(first) : '']),
  );
}

/** At once; what cannot be handed over now is with the next chores. */
function tellAlerts(context: Pick<AppContext, 'db' | 'queue' | 'log'>): void {
  void queueAlerts(context).catch((error: unknown) =>
    context.log.warn({ err: error }, 'alerts of budgets are told later'),
  );
}
