import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openContext } from '../../app-context.ts';
import type { Config } from '../../config.ts';
import { type Database, openEmbedded } from '../../db/open-database.ts';
import type { Logger } from '../../log.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { openSandbox } from './open-sandbox.ts';
import type { Profile } from './profile.ts';
import type { Subject } from './subject.ts';

export interface SubjectOptions {
  config: Config;
  log: Logger;
  /** The folder with agents, graphs and tools. */
  projectDir: string;
  profile: Profile;
  /** Turns at once. */
  concurrency: number;
  /** Instead of an embedded one that goes with the subject. It is not closed with it. */
  database?: Database;
  /** Replies are replayed: nobody is asked, and no key is needed. */
  asksNobody?: boolean;
  tracesJudges?: boolean | undefined;
  wrapChat?: (chat: ChatModel, models: Record<string, string>) => ChatModel;
  progress?: (what: string, done: number, total: number) => void;
}

/**
 * Opens a version of the project as it would serve, on a database of its own: without limits on how much is asked, and with the models of
 * the profile. Rejects as `openContext` does.
 */
export async function openSubject(options: SubjectOptions): Promise<Subject> {
  const { profile, projectDir } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-eval-'));
  const forget = () => rm(folder, { recursive: true, force: true });
  try {
    const database = options.database ?? (await openEmbedded(folder));
    const context = await openContext(configOf(options, folder), options.log, {
      database: { ...database, ...(options.database && { close: async () => undefined }) },
      ...(options.wrapChat && { wrapChat: options.wrapChat }),
      ...(options.progress && { progress: options.progress }),
    });
    const sandbox = openSandbox(database, options.database ? undefined : folder);
    return {
      context,
      sandbox: sandbox.use,
      projectDir,
      models: profile.names,
      ...(options.tracesJudges && { tracesJudges: true }),
      canJudge: (role) => canJudge(profile, role),
      async close() {
        await closeAll(sandbox.close, () => context.close(0), forget);
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

/** One after another, and each whatever became of those before. Rejects with what the last one that failed rejects with. */
async function closeAll(...[first, ...rest]: (() => Promise<void>)[]): Promise<void> {
  try {
    await first?.();
  } finally {
    if (rest.length > 0) await closeAll(...rest);
  }
}

/** What is set for the service is not for evals: neither its database nor its limits. */
function configOf(
  { config, projectDir, profile, concurrency, asksNobody = false }: SubjectOptions,
  dataDir: string,
): Config {
  const { url: _, ...database } = config.database;
  return {
    ...config,
    projectDir,
    models: asksNobody ? withoutKeys(profile.models) : profile.models,
    database: { ...database, dataDir },
    bus: {},
    role: 'both',
    runs: { ...config.runs, concurrency, maxWaiting: 1_000_000 },
    limits: { rules: 'off' },
  };
}

/** Models that can be named, though nothing is asked of them. */
function withoutKeys(models: Config['models']): Config['models'] {
  return { ...models, openai: { ...models.openai, apiKey: models.openai.apiKey ?? 'not-asked' } };
}

function canJudge({ models }: Profile, role: string): boolean {
  const model = new Map(Object.entries(models.roles)).get(role);
  return model !== undefined && model.provider !== 'offline';
}
