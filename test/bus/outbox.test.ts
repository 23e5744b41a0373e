import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Outbox, type OutboxOptions, openOutbox } from '../../src/bus/outbox.ts';
import type { Signal } from '../../src/bus/signal.ts';
import { delta, told, toldWhole } from './open-test-bus.ts';

function open(options: Partial<OutboxOptions> = {}): { outbox: Outbox; sent: Signal[][] } {
  const sent: Signal[][] = [];
  const send = async (signals: Signal[]) => void sent.push(signals);
  return { outbox: openOutbox({ send, every: () => 20, retryAfter: 5, ...options }), sent };
}

test('of one thread only the highest number is sent, and the events that lead to it', async () => {
  const { outbox, sent } = open();
  for (const seq of [1, 2, 4, 5]) outbox.add(toldWhole('a', seq));
  for (const seq of [9, 8]) outbox.add(told('b', seq));
  outbox.add({ type: 'run-waits' });
  outbox.add({ type: 'run-waits' });
  await outbox.close();
  const events = [delta('a', 4), delta('a', 5)];
  expect(sent).toEqual([[{ ...told('a', 5), events }, told('b', 9), { type: 'run-waits' }]]);
});

test('however much is said, it is sent once in a while', async () => {
  const { outbox, sent } = open();
  const start = performance.now();
  for (let seq = 1; sent.length < 5; seq++) {
    outbox.add(told('a', seq));
    await sleep(1);
  }
  await outbox.close();
  expect((performance.now() - start) / sent.length).toBeGreaterThan(12); // every 20 ms, but for the first and the last
});

test('what could not be sent is tried again, without its events, beside what came since', async () => {
  const sent: Signal[][] = [];
  let tries = 0;
  const send = async (signals: Signal[]) => {
    if (++tries === 1) throw new Error('away');
    sent.push(signals);
  };
  const { outbox } = open({ send });
  outbox.add(toldWhole('a', 1));
  outbox.add({ type: 'cancel', runId: 'r' });
  await expect.poll(() => tries).toBeGreaterThan(0);
  outbox.add(told('b', 1));
  await outbox.close();
  expect(sent.flat()).toEqual(
    expect.arrayContaining([told('a', 1), { type: 'cancel', runId: 'r' }, told('b', 1)]),
  );
});

test('more than may wait becomes a word that something was lost', async () => {
  const { outbox, sent } = open({ most: 100 });
  for (let run = 0; run < 250; run++) outbox.add({ type: 'cancel', runId: `${run}` });
  await outbox.close();
  expect(sent[0]?.length).toBeLessThanOrEqual(101);
  expect(sent[0]).toContainEqual({ type: 'lost' });
});
