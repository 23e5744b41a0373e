import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPosition } from '../../../src/http/langgraph/frame.ts';
import { type StreamMode, streamModes } from '../../../src/http/langgraph/stream-modes.ts';
import { streamRun } from '../../../src/http/langgraph/stream-run.ts';
import { streamThread, threadStreamModes } from '../../../src/http/langgraph/stream-thread.ts';
import { wireValues } from '../../../src/http/langgraph/wire-message.ts';
import { collect, logged } from '../../support/logged-events.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { type MadeUpRun, makeUpRun, plans } from './made-up-runs.ts';
import { type ReadFrame, readFrames } from './read-frames.ts';

const modeLists = fc.shuffledSubarray([...streamModes], { minLength: 1 });
const runs = { numRuns: runsOf(150), seed: seedOf(4) };

async function streamed(run: MadeUpRun, modes: StreamMode[]): Promise<ReadFrame[]> {
  return readFrames((await textsOf(run, modes)).join(''));
}

function textsOf({ events, stateAt }: MadeUpRun, modes: StreamMode[], lastId = '-1'): Promise<string[]> {
  const after = readPosition(lastId);
  if (!after) throw new Error(`${lastId} is no position`);
  return collect(streamRun(logged(events), { modes, stateAt, after }));
}

test('whatever frame a client of whatever modes saw last, it gets all that follow and none again', async () => {
  await fc.assert(
    fc.asyncProperty(plans, modeLists, async (plan, modes) => {
      const run = makeUpRun(plan);
      const all = await textsOf(run, modes);
      const ids = readFrames(all.join('')).map(({ id }) => id);
      expect(new Set(ids).size).toBe(all.length);
      for (const [at, id] of ids.entries()) {
        expect((await textsOf(run, modes, id)).join('')).toBe(all.slice(at + 1).join(''));
      }
    }),
    { ...runs, numRuns: runsOf(40) },
  );
});

test('the order in which a client names its modes changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(plans, modeLists, async (plan, modes) => {
      const run = makeUpRun(plan);
      expect(await streamed(run, modes)).toEqual(await streamed(run, [...modes].reverse()));
    }),
    runs,
  );
});

test('each mode sends the same, whichever others are asked for beside it', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.constantFrom(...streamModes), async (plan, mode) => {
      const run = makeUpRun(plan);
      const all = (await streamed(run, [...streamModes])).map(plain);
      let at = -1;
      for (const frame of (await streamed(run, [mode])).map(plain)) {
        at = all.indexOf(frame, at + 1);
        expect(at, frame).toBeGreaterThanOrEqual(0);
      }
    }),
    runs,
  );
});

test('the last values are the state at the end, through lost events and a second attempt', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const run = makeUpRun(plan);
      const last = (await streamed(run, ['values'])).findLast(({ event }) => event === 'values');
      const { __interrupt__: _, ...values } = last?.data ?? {};
      expect(values).toEqual(JSON.parse(JSON.stringify(wireValues(run.values))));
    }),
    runs,
  );
});

test('the pieces of every message add up to it, through lost events and a second attempt', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const run = makeUpRun(plan);
      const texts = new Map<string, string>();
      for (const { event, data } of await streamed(run, ['messages-tuple'])) {
        if (event !== 'messages') continue;
        const { id, content } = data[0] as { id: string; content: string };
        texts.set(id, (texts.get(id) ?? '') + content);
      }
      for (const message of run.values.messages) {
        if (message.type !== 'human') expect(texts.get(message.id)).toBe(message.content);
      }
    }),
    runs,
  );
});

test('every message is told whole once, in the mode messages and among the updates', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const run = makeUpRun(plan);
      const frames = await streamed(run, ['messages', 'updates']);
      const whole = frames.flatMap(({ event, data }) =>
        event === 'messages/complete' ? Object.values(data) : [],
      );
      const added = frames.flatMap(({ event, data }) => (event === 'updates' ? Object.values(data) : []));
      const updated = added.flatMap((update) => (update as { messages?: { id: string }[] }).messages ?? []);
      for (const { id, type } of run.values.messages) {
        expect(whole.filter((message) => (message as { id: string }).id === id)).toHaveLength(1);
        if (type !== 'human') expect(updated.filter((message) => message.id === id)).toHaveLength(1);
      }
    }),
    runs,
  );
});

test('a task that ends has begun, and every attempt gives the same work the same id', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const run = makeUpRun(plan);
      const begun = new Map<string, unknown>();
      for (const { event, data } of await streamed(run, ['tasks'])) {
        if (event !== 'tasks') continue;
        if ('input' in data) begun.set(String(data.id), data.name);
        else expect(begun.get(String(data.id))).toBe(data.name);
      }
      const names = [...begun].map(([id, name]) => [id, name]);
      expect(new Set(names.map(([id]) => id)).size).toBe(names.length);
    }),
    runs,
  );
});

test('whatever frame of a thread a client saw last, it gets all that follow of all runs and none again', async () => {
  const modeLists = fc.subarray([...threadStreamModes], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(plans, modeLists, fc.subarray([...streamModes]), async (plan, modes, runModes) => {
      const { events, stateAt } = makeUpRun(plan);
      const stream = (lastId: string) => {
        const after = readPosition(lastId) ?? { seq: 0, index: 0 };
        return collect(
          streamThread(logged(events), { modes, modesOf: async () => runModes, stateAt, after }),
        );
      };
      const all = await stream('-');
      for (const [at, { id }] of readFrames(all.join('')).entries()) {
        expect((await stream(id ?? '')).join('')).toBe(all.slice(at + 1).join(''));
      }
    }),
    { ...runs, numRuns: runsOf(40) },
  );
});

function plain({ event, data }: ReadFrame): string {
  return JSON.stringify([event, data]);
}
