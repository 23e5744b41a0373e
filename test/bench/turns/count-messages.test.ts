import pg from 'pg';
import { expect, test } from 'vitest';
import { countMessages, noTraffic } from '../../../bench/turns/count-messages.ts';
import { startCountProxy } from '../../../bench/turns/start-count-proxy.ts';

function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const sent = Buffer.concat([
  message('Z', 'I'),
  message('D', `Z${'C'.repeat(300)}COMMIT`),
  message('C', 'SELECT 1\0'),
  message('C', 'COMMIT\0'),
  message('N', ''),
  message('Z', 'I'),
]);

test('messages are counted the same however they are cut', () => {
  for (let size = 1; size <= sent.length; size++) {
    const traffic = noTraffic();
    const count = countMessages(traffic);
    for (let at = 0; at < sent.length; at += size) count(sent.subarray(at, at + size));
    expect({ size, ...traffic }).toEqual({
      size,
      roundTrips: 2,
      commits: 1,
      bytesSent: 0,
      bytesReceived: sent.length,
    });
  }
});

const url = process.env.DATABASE_URL;

test.skipIf(!url)('a proxy counts what a client of PostgreSQL waited for (needs DATABASE_URL)', async () => {
  const proxy = await startCountProxy(url ?? '');
  const client = new pg.Client({ connectionString: proxy.url });
  try {
    await client.connect();
    const before = await proxy.read();
    await client.query('begin');
    await client.query('select $1::int as one', [1]);
    await client.query('commit');
    await client.query("select repeat('COMMIT', 20000)");
    await client.query('begin; commit');
    const after = await proxy.read();
    expect(after.roundTrips - before.roundTrips).toBe(5);
    expect(after.commits - before.commits).toBe(2);
    expect(after.bytesReceived - before.bytesReceived).toBeGreaterThan(120_000);
    expect(after.bytesSent).toBeGreaterThan(before.bytesSent);
  } finally {
    await client.end();
    proxy.stop();
  }
});
