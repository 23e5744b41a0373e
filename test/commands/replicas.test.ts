import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client } from '@langchain/langgraph-sdk';
import { expect, inject, onTestFinished, test } from 'vitest';
import { root, startProcess } from '../support/start-process.ts';
import { onServer, urlOf } from '../support/template-database.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const template = inject('template');
const together = test.skipIf(template.kind === 'pglite'); // the embedded database has one process

together(
  'several processes that start at once on an empty database all come up',
  { timeout: 90_000 },
  async () => {
    if (template.kind === 'pglite') throw new Error('These tests are for servers.');
    const name = `baton_test_${randomUUID().replaceAll('-', '')}`;
    await onServer(template.url, `create database ${name}`);
    const env = { DATABASE_URL: urlOf(template.url, name), BATON_DATABASE_POOL: '3' };
    const started = await Promise.allSettled([1, 2, 3, 4].map(() => startProcess(env)));
    const up = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    onTestFinished(async () => {
      for (const { stop } of up) await stop('SIGKILL');
      await onServer(template.url, `drop database ${name} with (force)`);
    });
    expect(started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))).toEqual([]);
    for (const { url } of up) expect((await fetch(`${url}/ready`)).status).toBe(200);
    const films = await Promise.all(
      up.map(async ({ url }) => {
        const answer = await new Client({ apiUrl: url }).runs.wait(null, 'films', {
          input: { messages: [{ role: 'user', content: 'How many films are longer than two hours?' }] },
        });
        return (answer as { messages: { content: string }[] }).messages.at(-1)?.content; // what a graph ends with
      }),
    );
    expect(new Set(films).size).toBe(1);
  },
);

together(
  'a process of the role api carries out nothing, and one of the role worker answers no client',
  { timeout: 60_000 },
  async () => {
    const made = await makeTestDatabase();
    const project = path.join(root, 'test/fixtures/desk');
    const [api, worker] = await Promise.all([
      startProcess({ ...made.env, BATON_ROLE: 'api' }, project),
      startProcess({ ...made.env, BATON_ROLE: 'worker' }, project),
    ]);
    onTestFinished(async () => {
      await Promise.all([api.stop('SIGKILL'), worker.stop('SIGKILL')]);
      await made.drop();
    });
    const client = new Client({ apiUrl: api.url });
    await client.runs.wait(null, 'desk', { input: { messages: [{ role: 'user', content: 'Hello' }] } });
    const ended = /^baton_runs_ended_total\{graph="desk",status="success"\} 1$/m;
    const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();
    await expect.poll(() => metricsOf(worker.url)).toMatch(ended);
    expect(await metricsOf(api.url)).not.toContain('baton_runs_ended_total{');
    expect(await metricsOf(api.url)).toMatch(/^baton_runs_accepted_total\{graph="desk"\} 1$/m);

    for (const open of ['/health', '/ready', '/ok', '/info', '/metrics'])
      expect((await fetch(worker.url + open)).status).toBe(200);
    for (const closed of ['/threads/search', '/v1/models', '/docs', '/openapi.json', '/mcp'])
      expect((await fetch(worker.url + closed)).status).toBe(404);
    const { role } = (await (await fetch(`${worker.url}/ready`)).json()) as { role: string };
    expect(role).toBe('worker');
  },
);
