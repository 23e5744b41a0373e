import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { startScoring } from '../../src/eval/online/start-scoring.ts';
import { createApp } from '../../src/http/app.ts';
import { fireCrons } from '../../src/http/langgraph/fire-cron.ts';
import { openSocketServer } from '../../src/http/socket-server.ts';
import { type Logger, openLog } from '../../src/log.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { testConfig } from './open-test-context.ts';
import { type Step, scriptedModel } from './scripted-model.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

export interface TestService {
  url: string;
  app: ReturnType<typeof createApp>;
  context: AppContext;
  /** What the model says from now on, one step a call. */
  script(...steps: Step[]): ReturnType<typeof scriptedModel>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  project?: string;
  /** Whether changed files take effect. */
  watch?: boolean;
  /** Variables of the environment. */
  settings?: Record<string, string>;
  /** A model for the whole file, instead of what is scripted; `configured`: those that the settings name. */
  chat?: ChatModel | 'configured';
  /** Where its log goes; absent: nowhere. */
  log?: Logger;
  /** A database that outlives the service; absent: one that goes with it. */
  made?: TestDatabase;
}

/** A service that listens, with the fixture's agents: one for a file of tests. */
export async function startService({
  project = 'test/fixtures/desk',
  watch = false,
  settings = {},
  log = openLog('silent', false),
  chat,
  made,
}: ServiceOptions = {}): Promise<TestService> {
  const { database, drop } = made ?? (await makeTestDatabase());
  let model = scriptedModel([]);
  const context = await openContext(testConfig(project, settings), log, {
    database,
    watch,
    ...(chat !== 'configured' && { chat: chat ?? ((request, onText) => model(request, onText)) }),
  });
  await fireCrons(context);
  await startScoring(context);
  const app = createApp(context);
  const server = await listen(app);
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    context,
    script(...steps) {
      model = scriptedModel(steps);
      return model;
    },
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
      await context.close(0);
      if (!made) await drop();
    },
  };
}

function listen({ fetch }: Pick<TestService['app'], 'fetch'>): Promise<ServerType> {
  return new Promise((resolve) => {
    const websocket = { server: openSocketServer() };
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0, websocket }, () => resolve(server));
  });
}
