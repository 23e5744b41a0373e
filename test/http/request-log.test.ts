import { Writable } from 'node:stream';
import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { expect, test } from 'vitest';
import type { HttpEnv } from '../../src/http/http-env.ts';
import { requestLog } from '../../src/http/request-log.ts';
import { openLog } from '../../src/log.ts';

function makeApp(level: string) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const app = new OpenAPIHono<HttpEnv>();
  app.use(requestId(), requestLog(openLog(level, false, sink)));
  app.get('/health', (c) => c.text('up'));
  app.get('/turn', (c) => {
    c.set('threadId', 't');
    c.get('log').info('inside');
    return c.text('done', 201);
  });
  return { app, lines };
}

test('a request is one line with its ids, and so are the lines in between', async () => {
  const { app, lines } = makeApp('info');
  await app.request('/turn?secret=1', { headers: { 'X-Request-Id': 'r1' } });
  expect(lines).toMatchObject([
    { requestId: 'r1', msg: 'inside' },
    { requestId: 'r1', threadId: 't', method: 'GET', path: '/turn', status: 201, msg: 'request' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('questions for health are no news', async () => {
  const { app, lines } = makeApp('info');
  await app.request('/health');
  expect(lines).toEqual([]);
});
