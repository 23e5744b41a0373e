import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerType } from '@hono/node-server';
import { type AppContext, openContext } from '../app-context.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/open-database.ts';
import { StartError } from '../errors.ts';
import { startScoring } from '../eval/online/start-scoring.ts';
import { loadForTools } from '../handoff/load-for-tools.ts';
import { boundHeap } from '../heap-bounds.ts';
import { createApp } from '../http/app.ts';
import { fireCrons } from '../http/langgraph/fire-cron.ts';
import { listen, serverLimits } from '../http/listen.ts';
import { openSocketServer, type SocketServer } from '../http/socket-server.ts';
import { checkStart } from '../identity/check-start.ts';
import { isLocal } from '../identity/is-local.ts';
import { type Logger, openLog } from '../log.ts';
import { loadForModels } from '../model/load-for-models.ts';
import { stopTurns } from '../turn/stop-turns.ts';
import { showProgress } from './show-progress.ts';

/** A service that listens. */
export interface Service {
  url: string;
  context: AppContext;
  /** Takes no more requests, ends the turns under way and closes everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** How long a service that stops waits for clients to have read what ended, in milliseconds. */
const answersMs = 1_000;
/** How long it has beyond the time for its turns, in milliseconds. */
const graceMs = 1_900;

/** How long a service that has just begun to listen does nothing else than answer, in milliseconds. */
const breathMs = 200;

/** Serves until the process is asked to stop; on `database`, where whoever asks has opened it already. */
export async function serveUntilStopped(config: Config, database?: Database): Promise<void> {
  const log = openLog(config.log.level, config.log.pretty);
  const service = await serve(config, log, process.stdout, database);
  boundHeap();
  setTimeout(() => void loadLater(service), breathMs).unref();
  let asked = false;
  const hear = (_: NodeJS.Signals, number: number) => {
    if (asked) process.exit(128 + number);
    asked = true;
    stopInTime(service, log, config.runs.drainSeconds * 1_000).catch((error: unknown) => {
      log.fatal({ err: error }, 'the service could not stop in good order');
      process.exit(1);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, hear);
}

/** Loads what turns need and a start does without, while nobody waits for it. What cannot be loaded is told to whoever needs it first. */
async function loadLater({ context }: Service): Promise<void> {
  try {
    await loadForModels(context.config.models, context.keys);
    await loadForTools(context.graphs.list());
  } catch (error) {
    context.log.debug({ err: error }, 'what turns need is loaded when they do');
  }
}

/** What hangs after its time is up does not keep the process: its runs go on elsewhere when their claims have lapsed. */
async function stopInTime(service: Service, log: Logger, drainMs: number): Promise<void> {
  const late = setTimeout(() => {
    log.warn(
      { runs: [...service.context.turns.running.keys()] },
      'the process ends with runs that do not stop',
    );
    process.exit(1);
  }, drainMs + graceMs);
  late.unref();
  await service.stop();
  clearTimeout(late);
}

/** Opens everything, listens, and says on standard output how to ask the first question. Rejects when it cannot. */
export async function serve(
  config: Config,
  log: Logger,
  output: NodeJS.WritableStream = process.stdout,
  database?: Database,
): Promise<Service> {
  const context = await openContext(config, log, {
    progress: showProgress(process.stderr),
    watch: true,
    ...(database && { database }),
  });
  const sockets = openSocketServer();
  const server = await checkStart(context)
    .then(() => fireCrons(context))
    .then(() => startScoring(context))
    .then(() => listenAt(createApp(context), sockets, config.http))
    .catch(async (error: unknown) => {
      await context.close(0).catch(() => undefined); // what failed first is told
      throw error;
    });
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const url = `http://${config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host}:${port}`;
  output.write(greeting(context, url, await isLocal(context)));
  let stopped: Promise<void> | undefined;
  return {
    url,
    context,
    stop() {
      stopped ??= stop(context, server, sockets);
      return stopped;
    },
  };
}

async function listenAt(
  app: Pick<ReturnType<typeof createApp>, 'fetch'>,
  sockets: SocketServer,
  { host, port, maxStreams }: Config['http'],
): Promise<ServerType> {
  const limits = serverLimits(maxStreams);
  try {
    return await listen({ fetch: app.fetch, sockets, host, port, limits });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException; // what a server fails with
    const why =
      code === 'EADDRINUSE'
        ? `Port ${port} on ${host} is in use: stop what listens there, or set PORT.`
        : `Nothing can listen on port ${port} of ${host} (${message}): set HOST and PORT.`;
    throw new StartError(why, { cause });
  }
}

async function stop(context: AppContext, server: ServerType, sockets: SocketServer): Promise<void> {
  context.log.info('stopping');
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await stopTurns(context, context.config.runs.drainSeconds * 1_000);
  await Promise.race([closed, sleep(answersMs, undefined, { ref: false })]);
  await context.close(0);
  if ('closeAllConnections' in server) server.closeAllConnections();
  for (const socket of sockets.clients) socket.terminate();
  await closed;
  context.log.info('stopped');
}

function greeting({ config, graphs }: AppContext, url: string, local: boolean): string {
  const { fast, careful } = config.models.roles;
  const offline = fast.provider === 'offline' || careful.provider === 'offline';
  const first = graphs.get('films') ?? graphs.list()[0];
  const body = JSON.stringify({
    model: first?.name,
    messages: [{ role: 'user', content: 'How many films are longer than two hours?' }],
  });
  return [
    '',
    `Baton listens on ${url}`,
    `  graphs   ${
      graphs
        .list()
        .map(({ name }) => name)
        .join(', ') || 'none: see the problems above'
    }`,
    `  models   ${offline ? 'offline: no key is set, answers are planned from the agents’ examples' : `${fast.model}, ${careful.model}`}`,
    `  access   ${local ? 'no keys: whoever reaches this address may do anything, as the tenant local' : 'with a key: see docs/access.md'}`,
    `  docs     ${url}/docs`,
    ...(first
      ? [
          '',
          'Ask something:',
          '',
          `  curl -s ${url}/v1/chat/completions ${local ? '' : "-H 'authorization: Bearer baton_…' "}-H 'content-type: application/json' -d '${body}'`,
        ]
      : []),
    '',
    '',
  ].join('\n');
}
