import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { type Kysely, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { toConfig } from '../../../src/config.ts';
import type { Schema } from '../../../src/db/schema.ts';
import { openLog } from '../../../src/log.ts';
import { asOwner } from '../../../src/tenancy.ts';
import {
  cut,
  delta,
  failed,
  said,
  standAtWire,
  streamed,
  unreachable,
  wireUrl,
} from '../../support/openai-wire.ts';
import { startService } from '../../support/start-service.ts';

const wire = standAtWire();

/** In every key that a provider is asked with, and in whatever a failing provider says. */
const canary = 'CaNaRy0123456789abcdef';
const echoes = [
  failed(401, {
    message: `Incorrect API key provided: ${canary}. You can find yours at …`,
    code: 'invalid_api_key',
  }),
  failed(500, {
    message: `upstream https://u:${canary}@inner.test/ refused Authorization: Bearer ${canary}`,
  }),
  failed(
    429,
    { message: `key ${canary} is asked too often`, type: canary, param: canary, code: canary },
    {
      'retry-after': '0',
      'x-request-id': canary,
      'www-authenticate': `Bearer realm="${canary}"`,
    },
  ),
  failed(400, { message: `{"authorization":"Bearer ${canary}"}`, code: canary }),
  failed(403, { message: Buffer.from(canary).toString('base64') }),
  unreachable(),
  cut(delta({ content: 'I begin' })),
  streamed({ error: { message: `stream broke for ${canary}`, code: canary } }),
  () => new Response(`<html>${canary}</html>`, { status: 502, headers: { 'content-type': 'text/html' } }),
  () => new Response(`data: {"${canary}`, { headers: { 'content-type': 'text/event-stream' } }),
  () => new Response(null, { status: 302, headers: { location: `https://elsewhere.test/?key=${canary}` } }),
  () => Response.json({ choices: canary }),
];

/** A service that asks providers, and everything that it writes and says. */
async function start(settings: Record<string, string>) {
  const told: string[] = [];
  const log = openLog(
    'trace',
    false,
    new Writable({ write: (line, _, done) => done(void told.push(`${line}`)) }),
  );
  const service = await startService({ chat: 'configured', log, settings });
  onTestFinished(() => service.stop());
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await service.app.request(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    told.push(JSON.stringify([...answer.headers]), text);
    return { status: answer.status, text };
  };
  return { service, told, ask };
}

type Ask = Awaited<ReturnType<typeof start>>['ask'];

async function turnOf(ask: Ask): Promise<string> {
  const thread = JSON.parse((await ask('POST', '/threads', {})).text) as { thread_id: string }; // LangGraph's answer
  const path = `/threads/${thread.thread_id}`;
  const input = { messages: [{ role: 'user', content: 'Where is order 7?' }] };
  const { text } = await ask('POST', `${path}/runs/stream`, {
    assistant_id: 'desk',
    input,
    stream_mode: ['values', 'updates', 'messages', 'events', 'debug'],
  });
  for (const rest of ['', '/state', '/history', '/runs']) await ask('GET', `${path}${rest}`);
  await ask('POST', '/v1/chat/completions', { model: 'desk', messages: input.messages, stream: true });
  return text;
}

test('a key is in no log, event, checkpoint or answer, nor anywhere in the database, however its provider fails', async () => {
  const { service, told, ask } = await start({
    OPENAI_API_KEYS: `sk-${canary}-1,${canary}-plain`,
    OPENAI_BASE_URL: wireUrl,
    BATON_MODEL_EMBED: 'local',
    BATON_MODEL_RETRIES: '1',
    BATON_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  });
  const stored = {
    provider: 'ours',
    secret: `${canary}-stored-key`,
    base_url: 'https://models.example.invalid/v1',
  };
  for (const path of ['model-keys', 'shared-model-keys']) {
    const { text } = await ask('POST', `/api/v1/${path}`, stored);
    const { id } = JSON.parse(text) as { id: string }; // the key that was made
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', `/${id}`],
      ['POST', `/${id}/test`],
    ] as const) {
      await ask(method, `/api/v1/${path}${rest}`, method === 'POST' ? {} : undefined);
    }
    await ask('POST', `/api/v1/${path}`, { ...stored, base_url: `https://u:${canary}@models.test/v1` });
    await ask('POST', `/api/v1/${path}`, { ...stored, provider: canary, extra: canary });
    await ask('PUT', `/api/v1/${path}/${id}/secret`, { secret: `${canary} with a blank` });
    await ask('PUT', `/api/v1/model-pool`, { shared: true });
  }
  let failures = 0;
  for (const echo of echoes) {
    for (const desk of service.context.keys.pool.known()) desk.health.lookAgain(); // nobody has to wait here
    wire.willAnswer(...Array.from({ length: 8 }, () => echo));
    if ((await turnOf(ask)).includes('error')) failures += 1;
    wire.willAnswer(said('Order 7 is on its way.'));
  }
  expect(failures).toBeGreaterThan(echoes.length / 2);
  for (const path of [
    '/ready',
    '/metrics',
    '/api/v1/model-keys',
    '/api/v1/shared-model-keys',
    '/api/v1/audit?limit=1000',
    '/openapi.json',
  ]) {
    expect((await ask('GET', path)).status).toBe(200);
  }
  const dump = await dumpOf(service.context.db);

  const seen = told.filter((text) => !isAsked(text));
  const leaks = [...seen, ...dump].filter((text) => text.toLowerCase().includes(canary.toLowerCase()));
  expect(leaks).toEqual([]);
  expect(
    [...seen, ...dump].filter((text) => text.includes(Buffer.from(canary).toString('base64').slice(4, 20))),
  ).toEqual([]);
  expect(told.join('')).toContain('[key]'); // what the provider said is in the log, without the key
  expect(dump.length).toBeGreaterThan(100);
}, 120_000);

test('a user and a password in the base URL are refused at start, and not repeated', () => {
  const read = () =>
    toConfig({ OPENAI_BASE_URL: `https://user:${canary}@models.test/v1` }, { cwd: '/', terminal: false });
  expect(read).toThrow('OPENAI_BASE_URL: expected a URL without a user and a password');
  expect(read).not.toThrow(canary);
});

/** A name that is refused is repeated to whoever gave it: it is no secret. */
function isAsked(text: string): boolean {
  return text.includes('It is not known where');
}

/** Every row of every table, as JSON. */
async function dumpOf(db: Kysely<Schema>): Promise<string[]> {
  return asOwner(async () => {
    const { rows: tables } = await sql<{ name: string }>`
      select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'films')
        and n.nspname not like 'pg_toast%'`.execute(db);
    const dumps = [];
    for (const { name } of tables) {
      const { rows } = await sql
        .raw<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)
        .execute(db);
      dumps.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return dumps;
  });
}
