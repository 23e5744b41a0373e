import { expect, test } from 'vitest';
import { openContext } from '../../src/app-context.ts';
import { createApp } from '../../src/http/app.ts';
import { openLog } from '../../src/log.ts';
import { testConfig } from '../support/open-test-context.ts';
import { makeTestDatabase } from '../support/test-database.ts';

test('nothing that a client sends begins a line of the log, or reaches it with a control character', async () => {
  const chunks: string[] = [];
  const log = openLog('info', false, { write: (text) => void chunks.push(text) });
  const { database, drop } = await makeTestDatabase();
  const context = await openContext(testConfig('test/fixtures/desk'), log, { database });
  const app = createApp(context);
  chunks.length = 0;
  const forged = encodeURIComponent('x\n{"level":30,"msg":"forged"}\r\n\u001b[2J\u2028');
  const requests = [`/threads/${forged}`, `/${forged}`, `/api/v1/films?q=${forged}`, `/assistants/${forged}`];
  for (const path of requests) await app.request(path, { headers: { 'User-Agent': 'a\tb' } });
  const lines = chunks.join('').trimEnd().split('\n');
  expect(lines).toHaveLength(requests.length);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({ msg: 'request' });
    expect(line).not.toMatch(/\p{Cc}/u);
  }
  await context.close(0);
  await drop();
});
