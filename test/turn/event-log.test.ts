import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readThreadEvents } from '../../src/db/events.ts';
import { createThread } from '../../src/db/threads.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { openEventLog, speechEvery } from '../../src/turn/event-log.ts';
import type { Writer } from '../../src/turn/journal/journal.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import { openTestContext } from '../support/open-test-context.ts';

const delta = (text: string): TurnEvent => ({
  type: 'text-delta',
  agent: 'clerk',
  messageId: 'm',
  text,
  step: 1,
});

/** A thread that is somebody's to write to. */
async function openPlace() {
  const context = await openTestContext();
  const place = { threadId: randomUUID(), runId: randomUUID(), owner: 'me', after: 0 };
  const { threadId, owner } = place;
  await createThread(context.db, { threadId, metadata: {} });
  await context.db.updateTable('baton.thread').set({ owner }).where('thread_id', '=', threadId).execute();
  return { context, place };
}

/** The log of a new run, and what it showed, batch by batch. */
async function openLog() {
  const { context, place } = await openPlace();
  const shown: TurnEvent[][] = [];
  const onSaved = (events: TurnEvent[]) => void shown.push(events);
  return { log: openEventLog(context, { ...place, onSaved }), shown };
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

/** The log of a run whose journal asks when the test does, and that journal's side of it. */
async function openHeldLog() {
  const { context, place } = await openPlace();
  const rung: Writer[] = [];
  const journal = { ring: (writer: Writer) => void rung.push(writer) };
  const log = openEventLog({ ...context, journal }, place);
  log.append({ type: 'agent-start', agent: 'clerk', step: 1 });
  const writer = rung[0];
  if (!writer) throw new Error('The log has rung for nobody.');
  const told = async () => {
    const events = await readThreadEvents(context.db, { threadId: place.threadId, after: 0, limit: 9 });
    return events.map(({ type }) => type);
  };
  return { log, writer, told };
}

const cancelled: TurnEvent = {
  type: 'turn-error',
  error: 'cancelled',
  message: 'Somebody stopped the turn.',
};
const lastEnd = { status: 'interrupted', threadStatus: 'idle', retryCount: 0 } as const;
const late: TurnEvent = { type: 'agent-start', agent: 'clerk', step: 2 };
const lateState = { saveAlone: () => Promise.reject(new Error('A state is saved after the end.')) } as never;

test('a step that is still under way when its run ends says nothing after the end', async () => {
  await inTenant(localTenant, async () => {
    const { log, writer } = await openHeldLog();
    const ended = log.end(lastEnd, cancelled);
    await sleep(0);
    log.append(late); // before the journal takes the batch
    log.put(lateState);
    const batch = writer.take();
    expect(batch?.events.map(({ type }) => type)).toEqual(['agent-start', 'turn-error']);
    expect(batch?.checkpoints).toEqual([]);
    log.append(late); // while it writes
    log.put(lateState);
    writer.wrote(2);
    expect(await ended).toBe(true);
    log.append(late); // when it has written
    log.put(lateState);
    expect(writer.take()).toBeUndefined();
  });
});

test('a run whose end was refused says nothing more before it is settled', async () => {
  await inTenant(localTenant, async () => {
    const { log, writer, told } = await openHeldLog();
    const ended = log.end(lastEnd, cancelled);
    await sleep(0);
    expect(writer.take()?.end).toBeDefined();
    log.append(late);
    log.put(lateState);
    writer.failed(new Error('refused'));
    expect(await ended).toBe(false);
    await log.settle(() => Promise.resolve(), cancelled);
    expect(await told()).toEqual(['agent-start', 'turn-error']);
  });
});
