import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { type Config, toConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

export interface TestContext {
  /** A folder with agents, graphs and tools, relative to the project; the fixture `desk` unless given. */
  project?: string;
  chat?: ChatModel;
  /** A database to use again; absent: one that goes when the test ends. */
  made?: TestDatabase;
}

/** The whole machine on a real database, with the fixture's agents; closed when the test ends. */
export async function openTestContext({
  project = 'test/fixtures/desk',
  chat,
  made,
}: TestContext = {}): Promise<AppContext> {
  const { database, drop } = made ?? (await makeTestDatabase());
  const context = await openContext(testConfig(project), openLog('silent', false), {
    database,
    ...(chat && { chat }),
  });
  onTestFinished(async () => {
    await context.close(0);
    if (!made) await drop();
  });
  return context;
}

/** The config of an environment that holds no more than the given settings: offline models, the project's folder. */
export function testConfig(project: string, settings: Record<string, string> = {}): Config {
  const cwd = path.resolve(import.meta.dirname, '../..', project);
  return toConfig(settings, { cwd, terminal: false });
}
