import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { naughtyStrings } from './support/naughty-strings.ts';

let service: TestService;
/** Those that a text of the database can hold: U+0000 is refused, and halves of characters become U+FFFD. */
const strings = [...new Set(naughtyStrings())].filter((text) => !text.includes('\0') && text.isWellFormed());

beforeAll(async () => {
  const settings = { BATON_LIMITS: 'off', BATON_AUTH: 'local' };
  service = await startService({ settings, chat: async () => say('Yes.') });
});
afterAll(() => service.stop());

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${service.url}${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path} → ${response.status} ${await response.text()}`);
  return (await response.json().catch(() => undefined)) as T; // as the door describes it
}

test('naughty strings in metadata come back as they were, as values and as names', async () => {
  const names = Object.fromEntries(
    strings.filter((text) => text !== '__proto__').map((text, at) => [text, at]),
  );
  const metadata = { list: strings, names };
  const { thread_id } = await ask<{ thread_id: string }>('POST', '/threads', { metadata });
  expect((await ask<{ metadata: object }>('GET', `/threads/${thread_id}`)).metadata).toEqual(metadata);
  const half = { list: strings.slice(0, 300) };
  const made = await ask<{ assistant_id: string }>('POST', '/assistants', {
    graph_id: 'desk',
    metadata: half,
  });
  const got = await ask<{ metadata: object }>('GET', `/assistants/${made.assistant_id}`);
  expect(got.metadata).toMatchObject(half);
});

test('what is said comes back as it was said', async () => {
  const { thread_id } = await ask<{ thread_id: string }>('POST', '/threads', {});
  await ask('POST', `/threads/${thread_id}/runs/wait`, { assistant_id: 'desk', input: { messages: 'x' } });
  const said = strings.filter((text) => text.trim() !== '');
  const messages = said.map((content) => ({ type: 'human', content }));
  await ask('POST', `/threads/${thread_id}/state`, { values: { messages } });
  const state = await ask<{ values: { messages: { content: string }[] } }>(
    'GET',
    `/threads/${thread_id}/state`,
  );
  expect(state.values.messages.slice(-said.length).map(({ content }) => content)).toEqual(said);
});

test('what is stored under a naughty name is found there, or the name is refused', async () => {
  let stored = 0;
  for (const text of strings) {
    const item = { namespace: ['naughty', text], key: text, value: { text, [text || 'empty']: text } };
    const headers = { 'content-type': 'application/json' };
    const put = await fetch(`${service.url}/store/items`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(item),
    });
    expect([200, 204, 400, 422], `${JSON.stringify(text)} ${put.status}`).toContain(put.status);
    if (!put.ok) continue;
    stored += 1;
    const place = new URLSearchParams({ namespace: `naughty.${text}`, key: text });
    const got = await fetch(`${service.url}/store/items?${place}`);
    expect(await got.json(), JSON.stringify(text)).toMatchObject({ value: item.value });
  }
  expect(stored).toBeGreaterThan(strings.length / 2);
}, 60_000);
