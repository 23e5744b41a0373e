import { test } from 'vitest';
import { appendEvents } from '../../../src/db/events.ts';
import { startService } from '../../support/start-service.ts';
import { turn } from '../../support/logged-events.ts';
import { isTerminal, readEvents } from './support.ts';
import { createThread } from '../../../src/db/threads.ts';

test('perf', async () => {
  const service = await startService();
  const threadId = crypto.randomUUID();
  await createThread(service.context.db, { threadId, metadata: {} });
  let k: string | null = null;
  for (let n = 0; n < 200; n++) {
    const runId = crypto.randomUUID();
    const events: any[] = [];
    for (const e of structuredClone(turn) as any[]) {
      if (e.type === 'turn-start') { e.checkpointId = k; e.input[0].id = `h${n}`; }
      if (e.type === 'step-end') for (const m of e.update.messages) m.id += n;
      events.push({ ...e, at: 0 });
      if (e.type === 'step-end' || e.type === 'turn-start') { k = `k${n}-${events.length}`; events.push({ type: 'checkpoint', checkpointId: k, parentId: null, step: n, source: 'loop', at: 0 }); }
    }
    await appendEvents(service.context.db, { threadId, runId }, events);
  }
  for (const channels of [['lifecycle'], ['messages', 'lifecycle'], ['values', 'lifecycle']]) {
    const t = performance.now();
    let bytes = 0;
    const got = await readEvents(service.url, threadId, { channels }, (all) => all.filter(isTerminal).length === 200);
    bytes = JSON.stringify(got).length;
    console.log(channels.join(), got.length, 'events', bytes, 'bytes', Math.round(performance.now() - t), 'ms');
  }
  const since = 199 * 17 * 1_000_000;
  const t = performance.now();
  const got = await readEvents(service.url, threadId, { channels: ['lifecycle', 'values'], since }, (all) => all.filter(isTerminal).length === 1);
  console.log('since', got.length, Math.round(performance.now() - t), 'ms');
  await service.stop();
}, 120_000);
