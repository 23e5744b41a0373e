import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPacket, writePackets } from '../../src/bus/packet.ts';
import { bare, type Signal } from '../../src/bus/signal.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { delta } from './open-test-bus.ts';

const signal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({
    type: fc.constant('events' as const),
    threadKey: fc.uuid(),
    seq: fc.nat(),
  }),
  fc
    .record({ threadKey: fc.string({ unit: 'binary' }), seq: fc.nat(), size: fc.nat(600) })
    .map(({ threadKey, seq, size }) => ({
      type: 'events' as const,
      threadKey,
      seq,
      events: [delta(threadKey, seq, size)],
    })),
  fc.record({ type: fc.constant('cancel' as const), runId: fc.string({ unit: 'binary', maxLength: 900 }) }),
  fc.constantFrom({ type: 'run-waits' as const }, { type: 'lost' as const }, { type: 'deaf' as const }),
);

test('packets fit their bytes and say all that was said, in order', () => {
  fc.assert(
    fc.property(fc.array(signal), fc.integer({ min: 200, max: 1500 }), (signals, mostBytes) => {
      const texts = writePackets({ from: 'me', signals }, mostBytes);
      expect(texts.every((text) => Buffer.byteLength(text) <= mostBytes)).toBe(true);
      const packets = texts.map(readPacket);
      expect(packets.every((packet) => packet?.from === 'me')).toBe(true);
      const read = packets.flatMap((packet) => packet?.signals ?? []);
      expect(read).toHaveLength(signals.length);
      for (const [index, said] of signals.entries()) {
        expect([said, bare(said), { type: 'lost' }]).toContainEqual(read[index]);
      }
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('few packets are written: none begins before the one before it is full', () => {
  const signals = Array.from({ length: 300 }, (_, seq): Signal => ({ type: 'events', threadKey: 'x', seq }));
  const sizes = writePackets({ from: 'me', signals }, 1000).map((text) => Buffer.byteLength(text));
  expect(sizes.slice(0, -1).every((size) => size > 940)).toBe(true);
});

test('events too large for a packet stay behind, and their number travels', () => {
  const large: Signal = { type: 'events', threadKey: 't', seq: 7, events: [delta('t', 7, 5000)] };
  const [text = '', ...others] = writePackets({ from: 'me', copy: true, signals: [large] }, 8000);
  expect(others).toEqual([]);
  const signals = [{ type: 'events', threadKey: 't', seq: 7 }];
  expect(readPacket(text)).toEqual({ from: 'me', copy: true, signals });
});

test('what is no packet is not read, and kinds of signals that are unknown here are left out', () => {
  for (const text of ['', 'null', '[]', '{', '{"from":1,"signals":[]}', '{"from":"x"}', '7']) {
    expect(readPacket(text)).toBeUndefined();
  }
  const newer = '{"from":"x","signals":[{"type":"new"},null,3,{"type":"run-waits"},{"type":"cancel"}]}';
  expect(readPacket(newer)).toEqual({ from: 'x', signals: [{ type: 'run-waits' }] });
});
