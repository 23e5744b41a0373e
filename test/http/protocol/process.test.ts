import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { root, startProcess } from '../../support/start-process.ts';
import { makeTestDatabase } from '../../support/test-database.ts';
import { readEvents } from './support.ts';

test('a process that is asked to stop ends, whoever listens to it', { timeout: 60_000 }, async () => {
  const made = await makeTestDatabase();
  onTestFinished(made.drop);
  if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
  const service = await startProcess(made.env, path.join(root, 'test/fixtures/desk'));
  onTestFinished(async () => void (await service.stop('SIGKILL')));
  const socket = new WebSocket(
    `${service.url.replace('http', 'ws')}/threads/${crypto.randomUUID()}/stream/events`,
  );
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  const reading = readEvents(service.url, crypto.randomUUID(), { channels: ['values'] }, () => false);
  reading.catch(() => undefined); // it is cut off
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(await closed).toBe(4503);
});
