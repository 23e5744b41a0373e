import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import { KyselySaver } from './checkpoint/kysely-saver.ts';
import type { Config } from './config.ts';
import { claimDatabase } from './db/claim-database.ts';
import { migrate } from './db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from './db/open-database.ts';
import { pingDatabase } from './db/ping-database.ts';
import type { Schema } from './db/schema.ts';
import { errorMessage, StartError } from './errors.ts';
import { type GraphShelf, openGraphShelf } from './handoff/graph-shelf.ts';
import { prepareTools } from './handoff/prepare-tools.ts';
import { appendOnlyChannels } from './handoff/state.ts';
import type { Logger } from './log.ts';
import type { ChatModel } from './model/chat-model.ts';
import type { Embedder } from './model/embedder.ts';
import { openModels } from './model/open-models.ts';
import { recoverRuns, watchOverRuns } from './turn/recover-runs.ts';
import { stopTurns } from './turn/stop-turns.ts';
import { noTurns, type Turns } from './turn/turns.ts';

/** Everything outside the process that is open, and what was read at start. */
export interface AppContext {
  config: Config;
  log: Logger;
  database: Database;
  db: Kysely<Schema>;
  chat: ChatModel;
  embedder: Embedder;
  saver: BaseCheckpointSaver;
  graphs: GraphShelf;
  turns: Turns;
  /** Ends the turns under way, within `milliseconds`, and closes everything. */
  close(milliseconds?: number): Promise<void>;
}

export interface OpenOptions {
  /** Hears how far long work at start is. */
  progress?: (what: string, done: number, total: number) => void;
  /** Whether changed files of agents, graphs, tools and guards take effect without a restart. */
  watch?: boolean;
  /** Whether to take up what a process that is gone left; a command that ends soon had better not. */
  recover?: boolean;
  /** Instead of what the config says. */
  database?: Database;
  chat?: ChatModel;
  embedder?: Embedder;
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
  const database = options.database ?? (await openDatabase(config, log));
  try {
    return await fill(config, log, database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens what `DATABASE_URL` names, or the embedded database in the data folder. */
export async function openDatabase({ database }: Config, log: Logger): Promise<Database> {
  if (!database.url) return openEmbedded(database.dataDir);
  const opened = openPostgres(database.url, {
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
  database: Database,
  options: OpenOptions,
): Promise<AppContext> {
  const { db } = database;
  const ran = await migrate(db);
  if (ran.length > 0) log.info({ migrations: ran }, 'the database is up to date');
  const models = {
    ...openModels(config.models, log),
    ...(options.chat && { chat: options.chat }),
    ...(options.embedder && { embedder: options.embedder }),
  };
  const saver = new KyselySaver(db, { appendOnly: appendOnlyChannels });
  const { progress = () => undefined, watch = false } = options;
  const graphs = await openGraphShelf(config.projectDir, { ...models, database, log }, saver, {
    prepare: (tools) => prepareTools(tools, log, { database, embedder: models.embedder, progress }),
    watch,
  });

  const context = { config, log, database, db, ...models, saver, graphs, turns: noTurns() };
  const { recover = true } = options;
  const claim = recover ? await claimDatabase(database) : undefined;
  if (claim?.alone) await recoverRuns(context, 0);
  const letGo = watchOverRuns(context, recover);
  return {
    ...context,
    async close(milliseconds = 10_000) {
      await graphs.close();
      await stopTurns(context, milliseconds);
      letGo();
      claim?.release();
      await database.close();
    },
  };
}
