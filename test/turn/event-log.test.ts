import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createThread } from '../../src/db/threads.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { openEventLog, speechEvery } from '../../src/turn/event-log.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import { openTestContext } from '../support/open-test-context.ts';

const delta = (text: string): TurnEvent => ({
  type: 'text-delta',
  agent: 'clerk',
  messageId: 'm',
  text,
  step: 1,
});

/** The log of a new run, and what it showed, batch by batch. */
async function openLog() {
  const context = await openTestContext();
  const [threadId, runId] = [randomUUID(), randomUUID()];
  await createThread(context.db, { threadId, metadata: {} });
  await context.db
    .updateTable('baton.thread')
    .set({ owner: 'me' })
    .where('thread_id', '=', threadId)
    .execute();
  const shown: TurnEvent[][] = [];
  const onSaved = (events: TurnEvent[]) => void shown.push(events);
  return { log: openEventLog(context, { threadId, runId, owner: 'me', after: 0, onSaved }), shown };
}

test('text that streams is written in pieces that one can read as they come, and not word by word', async () => {
  await inTenant(localTenant, async () => {
    const { log, shown } = await openLog();
    const began = performance.now();
    const words = Array.from({ length: 60 }, (_, at) => `word-${at} `);
    for (const word of words) {
      log.append(delta(word));
      await sleep(3);
    }
    await log.saved();
    const took = performance.now() - began;
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.length).toBeLessThanOrEqual(took / speechEvery + 2);
    const texts = shown.flat().map((event) => (event.type === 'text-delta' ? event.text : ''));
    expect(texts.join('')).toBe(words.join(''));
  });
});

test('text waits for nothing when something else happened', async () => {
  await inTenant(localTenant, async () => {
    const { log, shown } = await openLog();
    log.append(delta('first '));
    await log.saved();
    log.append(delta('second'));
    log.append({ type: 'agent-start', agent: 'clerk', step: 2 });
    await log.saved();
    expect(shown.map((events) => events.map(({ type }) => type))).toEqual([
      ['text-delta'],
      ['text-delta', 'agent-start'],
    ]);
  });
});

test('what is said before an end that is near waits for it, for a moment at most', async () => {
  await inTenant(localTenant, async () => {
    const { log, shown } = await openLog();
    log.append(delta('the last words'));
    log.awaitEnd();
    const began = performance.now();
    log.append({ type: 'agent-start', agent: 'clerk', step: 2 });
    await expect.poll(() => shown.length, { interval: 2 }).toBe(1);
    expect(performance.now() - began).toBeGreaterThanOrEqual(speechEvery - 1);
    expect(shown[0]?.map(({ type }) => type)).toEqual(['text-delta', 'agent-start']);
  });
});

test('whoever waits until all is saved waits for no end', async () => {
  await inTenant(localTenant, async () => {
    const { log, shown } = await openLog();
    const took: number[] = [];
    for (let at = 1; at <= 8; at += 1) {
      log.awaitEnd();
      const began = performance.now();
      log.append({ type: 'agent-start', agent: 'clerk', step: at });
      await log.saved();
      took.push(performance.now() - began);
      expect(shown).toHaveLength(at);
    }
    expect(Math.min(...took)).toBeLessThan(speechEvery);
  });
});
