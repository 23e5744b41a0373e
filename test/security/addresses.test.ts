import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { harmlessAddresses, hostileAddresses } from '../outbound/hostile-addresses.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { addressOf, knownParams } from './support/address-of.ts';
import { ask, expectDecent } from './support/ask.ts';
import { type Operation, readOperations } from './support/operations.ts';
import { makeOneOfEverything, type Seed } from './support/seed.ts';
import { type StringPlace, stringPlaces } from './support/string-places.ts';

let service: TestService;
let operations: Operation[];
let made: Seed;
let port: number;
let asked = 0;

/** What nobody outside may make the service ask. */
const inner = createServer((_, answer) => {
  asked += 1;
  answer.end('secret');
});

beforeAll(async () => {
  const secretKey = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const settings = { BATON_LIMITS: 'off', BATON_AUTH: 'local', BATON_SECRET_KEYS: secretKey };
  service = await startService({ settings, chat: async () => say('Yes.') });
  operations = await readOperations(service.app);
  made = await makeOneOfEverything(service.url);
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  ({ port } = inner.address() as AddressInfo); // it listens on TCP
});
afterAll(async () => {
  inner.close();
  await service.stop();
});

/** The fields whose address the service asks by itself. */
const fetched = /\.(webhook|base_url|url|uri|jwks_uri|callback|endpoint|issuer)$/;
/** Where people read a document: it is shown, and nobody here asks for it. */
const shown = 'PATCH /api/v1/documents/{document}.url';
/** What is handed on to models as it is, or refused: nobody here asks for it. */
const handedOn = /\.(content|parts|messages|input|file|image_url|audio|tools|metadata)\b/;

function places(): { operation: Operation; place: StringPlace }[] {
  return operations.flatMap((operation) =>
    (operation.body ? stringPlaces(operation.body, made.known) : [])
      .filter(({ path }) => fetched.test(path))
      .map((place) => ({ operation, place })),
  );
}

async function send(operation: Operation, body: unknown) {
  const { method } = operation;
  const path = addressOf(operation, knownParams(operation, made.known));
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(service.url, { method, path, headers, body: JSON.stringify(body) });
  expectDecent(path, answer, `${operation.name} ${JSON.stringify(body).slice(0, 300)}`);
  return answer;
}

test('every field that takes an address to be asked refuses those that lead inside, in every notation', async () => {
  const own = places().filter(
    ({ operation, place }) => !handedOn.test(place.path) && `${operation.name}${place.path}` !== shown,
  );
  expect(own.map(({ operation }) => operation.name)).toContain('POST /runs');
  const taken: string[] = [];
  for (const [at, { operation, place }] of own.entries()) {
    // every form at the first places of each kind, and a share of them at the others
    const forms = at < 2 ? hostileAddresses : hostileAddresses.filter((_, form) => form % 6 === at % 6);
    for (const address of forms.filter(Boolean)) {
      const answer = await send(operation, place.put(address));
      if (answer.status < 400) taken.push(`${operation.name}${place.path} takes ${address}`);
    }
  }
  expect(taken).toEqual([]);
}, 60_000);

test('addresses that lead outside are taken there, so that the refusals above are of the address', async () => {
  const [harmless = ''] = harmlessAddresses;
  const refused: string[] = [];
  for (const { operation, place } of places().filter(({ place }) => !handedOn.test(place.path))) {
    if (!/\/runs(\/wait|\/stream)?$/.test(operation.path)) continue;
    const body = {
      ...(place.put(harmless) as object),
      input: { messages: [{ role: 'user', content: 'x' }] },
    };
    const answer = await send(operation, body);
    if (answer.status >= 400) refused.push(`${operation.name}${place.path} ${answer.text}`);
  }
  expect(refused).toEqual([]);
});

test('no address of pictures, files or pages in what is said makes the service ask it', async () => {
  const forms = [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`];
  for (const url of forms) {
    const parts = [
      { type: 'image_url', image_url: { url } },
      { type: 'image_url', image_url: url },
      { type: 'file', file: { url } },
      { type: 'input_image', image_url: url },
      { type: 'text', text: `![x](${url}) <img src="${url}">` },
    ];
    for (const part of parts) {
      const messages = [{ role: 'user', content: [{ type: 'text', text: 'Look' }, part] }];
      await post('/runs/wait', { assistant_id: 'desk', input: { messages } });
      await post('/v1/chat/completions', { model: 'desk', messages });
      await post('/v1/responses', {
        model: 'desk',
        input: [{ type: 'message', role: 'user', content: [part] }],
      });
    }
    for (const part of [{ kind: 'file', file: { uri: url } }, { kind: 'data', data: { url } }, { url }]) {
      const message = { kind: 'message', messageId: 'm', role: 'user', parts: [part] };
      await post('/a2a/desk', { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message } });
    }
    await post('/a2a/desk', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tasks/pushNotificationConfig/set',
      params: { taskId: made.ids.task_id?.[0], pushNotificationConfig: { url } },
    });
    await post('/store/items', { namespace: ['a'], key: 'k', value: { url } });
  }
  expect(asked).toBe(0);
}, 60_000);

async function post(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(service.url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  expectDecent(path, answer, JSON.stringify(body));
}
