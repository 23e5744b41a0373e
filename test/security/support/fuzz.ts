import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { addressOf, knownParams, textOf } from './address-of.ts';
import { arbitraryOf, hostile, type Known } from './arbitrary-of.ts';
import { ask, expectDecent, type Sent } from './ask.ts';
import { brokenBodies } from './broken-bodies.ts';
import { type Operation, readOperations } from './operations.ts';
import { readLog } from './read-log.ts';
import { rpcSchema } from './rpc-schema.ts';
import { makeOneOfEverything, type Seed } from './seed.ts';

export interface FuzzOptions {
  /** Requests for each operation. */
  runs: number;
  seed: number;
  /** Every how many operations get the bodies that take a while to read. */
  everyHeavy: number;
}

/** Tests that hold every operation of the OpenAPI document against what it does not expect. */
export function fuzz({ runs, seed, everyHeavy }: FuzzOptions): void {
  const kept = readLog('warn');
  let service: TestService;
  let operations: Operation[];
  let made: Seed;

  beforeAll(async () => {
    service = await startService({
      log: kept.log,
      chat: async () => say('Yes.'),
      settings: { BATON_LIMITS: 'off', BATON_AUTH: 'local' },
    });
    operations = await readOperations(service.app);
    made = await makeOneOfEverything(service.url);
  });
  afterAll(() => service.stop());

  /** A fuzz whose requests are all refused at the door would prove nothing. */
  const tally = { sent: 0, taken: 0, unknown: 0 };

  async function hold(sent: Sent, about: string): Promise<void> {
    kept.clear();
    const answer = await ask(service.url, sent).catch((cause: unknown) => {
      throw new Error(`no answer to ${about}`, { cause });
    });
    tally.sent += 1;
    if (answer.status < 300) tally.taken += 1;
    if (answer.status === 401) tally.unknown += 1;
    expectDecent(sent.path.split('?')[0] ?? '', answer, about);
    expect(kept.mistakes(), about).toEqual([]);
  }

  test('requests that nearly fit are never met with a failure, nor with silence', async () => {
    for (const operation of operations) {
      const property = fc.asyncProperty(requestOf(operation, made.known), (sent) =>
        hold(sent, `${sent.method} ${sent.path} ${String(sent.body).slice(0, 2_000)}`),
      );
      await fc.assert(property, { numRuns: runsOf(runs), seed: seedOf(seed), endOnFailure: true });
    }
  }, 3_600_000);

  test('of these requests many fit, so that what is behind the door was tried too', () => {
    expect(tally.taken / tally.sent).toBeGreaterThan(0.1);
    expect(tally.unknown / tally.sent).toBeLessThan(0.1);
  });

  test('bodies that are no JSON, or more than any code would make, are refused in the shape of the door', async () => {
    for (const [at, operation] of operations.filter(({ body }) => body).entries()) {
      const { name, method, example } = operation;
      for (const { what, heavy, ...broken } of brokenBodies(example ?? examples[name])) {
        if (heavy && at % everyHeavy !== 0) continue;
        const sent = { method, path: addressOf(operation, knownParams(operation, made.known)), ...broken };
        await hold(sent, `${name} with ${what}`);
      }
    }
  }, 600_000);

  test('after all of this the process lives, knows nothing of what was smuggled in, and does its work', async () => {
    expect({}).not.toHaveProperty('polluted');
    expect(await (await fetch(`${service.url}/ready`)).json()).toMatchObject({
      checks: { database: { ok: true } },
    });
    const asked = { model: 'desk', messages: [{ role: 'user', content: 'Still there?' }] };
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(asked) };
    expect((await fetch(`${service.url}/v1/chat/completions`, init)).status).toBe(200);
  }, 60_000);
}

/** For operations that have none. */
const examples: Record<string, object> = {
  'POST /threads/prune': { thread_ids: [] },
  'PUT /store/items': { namespace: ['a'], key: 'k', value: {} },
};

function requestOf(operation: Operation, known: Known): fc.Arbitrary<Sent> {
  const { method, path, params, body } = operation;
  const fields = Object.fromEntries(
    params.map(({ name, schema, required }) => {
      const fits = arbitraryOf(schema, known, name);
      return [name, required ? fits : fc.option(fits, { nil: undefined })];
    }),
  );
  const schema = rpcSchema(path) ?? body;
  const bodies = schema ? arbitraryOf(schema, known) : fc.constant(undefined);
  return fc
    .record({ given: fc.record(fields), value: bodies, headers: oddHeaders })
    .map(({ given, value, headers }) => ({
      method,
      path: addressOf(operation, given),
      headers,
      ...(value !== undefined && { body: JSON.stringify(value) ?? 'null' }),
    }));
}

const oddHeaders = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'content-type': 'application/json; charset=utf-8', accept: 'text/event-stream, application/json' },
      { 'content-type': 'application/json', 'last-event-id': '9'.repeat(30) },
      { 'content-type': 'application/json', 'last-event-id': '-1' },
      { 'content-type': 'application/json', 'idempotency-key': 'k' },
      { 'content-type': 'application/json', 'idempotency-key': 'k'.repeat(300) },
      { 'content-type': 'application/json', 'idempotency-key': 'ÿ' },
      { 'content-type': 'application/json', 'x-request-id': 'x"\t{}' },
      { 'content-type': 'application/json', cookie: 'a=b; '.repeat(500) },
      {
        'content-type': 'application/json',
        'x-forwarded-for': '::1, 999.1.1.1, x',
        'x-forwarded-host': 'evil',
      },
      { 'content-type': 'application/json', 'mcp-session-id': 'x', 'mcp-protocol-version': '1900-01-01' },
      { 'content-type': 'application/json', range: 'bytes=0-0,-1', 'if-none-match': '*' },
      { 'content-type': 'application/json', origin: 'null', referer: '\\\\x' },
    ),
  },
  {
    weight: 1,
    arbitrary: hostile.map((value) => ({
      'content-type': 'application/json',
      'x-odd': encodeURIComponent(textOf(value)).slice(0, 3_000),
      'last-event-id': encodeURIComponent(textOf(value)).slice(0, 100),
    })),
  },
);
