import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../../test/support/start-process.ts';
import type { Figure } from '../figure.ts';
import { medianOf } from '../quantiles.ts';
import { type Findings, type Plan, tell } from '../scenario.ts';
import { startService } from '../service-process.ts';
import type { Stage } from '../stage.ts';

const question = 'How many films are longer than two hours?';

/** Milliseconds from the start of the process. */
interface Started {
  /** Until `/health` answers. */
  healthy: number;
  /** Until `/ready` says that turns are taken. */
  ready: number;
  /** Until a turn was answered, by the offline model. */
  answered: number;
}

/**
 * How long a start of this project takes, on each kind of database that there is, with the demo data in it; and the very first one on
 * the embedded database, which makes the data. Each round starts all of them. With `--quick`, on the database that the rest is measured on, alone.
 */
export async function measureStart(stage: Stage, { quick, rounds }: Plan): Promise<Findings> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-start-'));
  await stage.clear(); // nobody else has the database, or the processors
  const url = stage.urlOf('baton');
  const embedded = () => start({ BATON_DATA_DIR: folder }, folder);
  const server = () => start({ BATON_DATA_DIR: folder, DATABASE_URL: url }, folder, stage.key);
  const onServer = Boolean(url);
  const onEmbedded = !(quick && onServer);
  try {
    const first = onEmbedded ? await embedded() : undefined;
    if (onServer) await server(); // makes what this project has and that of the other scenarios has not
    const later = { embedded: [] as Started[], server: [] as Started[] };
    for (let round = 0; round < (quick ? 1 : Math.max(rounds, 5)); round++) {
      if (onServer) later.server.push(await server());
      if (onEmbedded) later.embedded.push(await embedded());
      tell(`start: round ${round + 1}`);
    }
    return {
      figures: [
        ...(onServer ? figuresOf('PostgreSQL', later.server, 1_000) : []),
        ...(onEmbedded ? figuresOf('PGlite', later.embedded, 3_000) : []),
        ...(first ? [line('very first start to a first answer, PGlite', first.answered)] : []),
      ],
      details: { first, later },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(
  env: Record<string, string | undefined>,
  folder: string,
  key?: string,
): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const since = () => performance.now() - began;
  const starting = startService({
    args: [path.join(root, 'bin/serve.js')],
    cwd: root,
    env: { BATON_LIMITS: 'off', ...env, PORT: String(port) }, // other scenarios have asked with this key
    logFile: path.join(folder, 'start.log'),
  });
  const failed = new AbortController();
  starting.catch((error: unknown) => failed.abort(error));
  await until(`${url}/health`, failed.signal);
  const healthy = since();
  await until(`${url}/ready`, failed.signal);
  const ready = since();
  const service = await starting;
  try {
    await askFor(url, key);
    return { healthy, ready, answered: since() };
  } finally {
    await service.stop();
  }
}

/** Resolves when the address answers well; rejects when the signal says that it never will. */
async function until(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(5);
  }
}

async function askFor(url: string, key: string | undefined): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model: 'films', messages: [{ role: 'user', content: question }] }),
  });
  const text = await response.text();
  if (!/"\d+ films are longer/.test(text))
    throw new Error(`The first answer is wrong: ${text.slice(0, 300)}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function figuresOf(where: string, started: Started[], target: number): Figure[] {
  const of = (what: keyof Started) => medianOf(started.map((one) => one[what]));
  return [
    { ...line(`start to healthy, ${where}`, of('healthy')), target },
    line(`start to ready, ${where}`, of('ready')),
    line(`start to a first answer, ${where}`, of('answered')),
  ];
}

function line(what: string, milliseconds: number): Figure {
  return { what, unit: 'ms', better: 'less', baton: milliseconds, digits: 0 };
}
