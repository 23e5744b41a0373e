import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { addressOf, knownParams } from './address-of.ts';
import { ask, expectDecent, type Sent } from './ask.ts';
import { naughtyStrings } from './naughty-strings.ts';
import { type Operation, readOperations } from './operations.ts';
import { readLog } from './read-log.ts';
import { rpcSchema } from './rpc-schema.ts';
import { makeOneOfEverything, type Seed } from './seed.ts';
import { stringPlaces } from './string-places.ts';

/** A request with a place for a text. */
interface Place {
  about: string;
  send(text: string): Sent;
}

/** Tests that put naughty strings into every field of every operation: `each` of them, in turn, into each field. */
export function sendNaughtyStrings({ each }: { each: number }): void {
  const kept = readLog('warn');
  const strings = naughtyStrings();
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

  test('a naughty string in any field is taken or refused, and never met with a failure or silence', async () => {
    const places = operations.flatMap((operation) => placesOf(operation, made));
    expect(places.length).toBeGreaterThan(300);
    let next = 0;
    for (const { about, send } of places) {
      for (let tried = 0; tried < each; tried += 1, next += 1) {
        const text = strings[next % strings.length] ?? '';
        const what = `${about} with ${JSON.stringify(text.slice(0, 100))}`;
        kept.clear();
        const sent = send(text);
        const answer = await ask(service.url, sent).catch((cause: unknown) => {
          throw new Error(`no answer to ${what}`, { cause });
        });
        expectDecent(sent.path.split('?')[0] ?? '', answer, what);
        expect(kept.mistakes(), what).toEqual([]);
      }
    }
  }, 14_400_000);
}

function placesOf(operation: Operation, { known }: Seed): Place[] {
  const { name, method, path, params, body } = operation;
  const given = knownParams(operation, known);
  const headers = { 'content-type': 'application/json' };
  const schema = rpcSchema(path) ?? body;
  const inAddress = params.map(
    (param): Place => ({
      about: `${name} ${param.in} ${param.name}`,
      send: (text) => ({ method, headers, path: addressOf(operation, { ...given, [param.name]: text }) }),
    }),
  );
  const inBody = schema ? stringPlaces(schema, known) : [];
  return [
    ...inAddress,
    ...inBody.map(
      (place): Place => ({
        about: `${name} body${place.path}`,
        send: (text) => ({
          method,
          headers,
          path: addressOf(operation, given),
          body: JSON.stringify(place.put(text)),
        }),
      }),
    ),
  ];
}
