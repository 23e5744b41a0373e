import { expect, test, vi } from 'vitest';
import type { Message } from '../../../src/message.ts';
import { canBeLean } from '../../../src/model/lean/can-be-lean.ts';
import { createProviderChatModel } from '../../../src/model/provider-chat-model.ts';
import { oneWay } from '../../support/one-way.ts';
import { said, standAtWire, streamed, usage, type WireAnswer, wireUrl } from '../../support/openai-wire.ts';
import { wireClients } from '../../support/wire-clients.ts';

const wire = standAtWire();

function openChat(client: keyof typeof wireClients, model = 'gpt-test') {
  const opened = wireClients[client](model, { baseUrl: wireUrl, apiKey: 'sk-secret' });
  const options = { name: 'openai:gpt-test', retries: 0, timeoutMs: 10_000, takesNames: true };
  const chat = createProviderChatModel(oneWay({ open: async () => opened }), options);
  return (messages: Message[] = [{ type: 'human', id: 'h', content: 'Well?' }], maxTokens?: number) =>
    chat(
      {
        role: 'fast',
        agent: { name: 'a', examples: [] },
        system: 'Be terse.',
        messages,
        tools: [{ name: 't', description: 'd', parameters: { type: 'object', properties: {} } }],
        signal: new AbortController().signal,
        ...(maxTokens !== undefined && { maxTokens }),
      },
      () => undefined,
    );
}

const messages: Message[] = [
  { type: 'system', id: '0', content: 'Mind the gap.' },
  { type: 'human', id: '1', content: [{ type: 'text', text: 'Hi' }], name: 'Ada' },
  { type: 'human', id: '2', content: 'Hi', name: 'Ada Lovelace' },
  {
    type: 'ai',
    id: '3',
    name: 'sql',
    content: '',
    tool_calls: [{ id: 'a', name: 't', args: { x: '\ud800' } }],
    invalid_tool_calls: [],
    reasoning: { of: 'another:model', blocks: [{ type: 'thinking', thinking: 'Hm.' }] },
  },
  { type: 'tool', id: '4', name: 't', tool_call_id: 'a', status: 'error', content: '' },
  { type: 'ai', id: '5', name: 'sql', content: 'So.', tool_calls: [] },
  { type: 'human', id: '6', content: [{ type: 'image', source_type: 'url', url: 'https://x.test/a.png' }] },
];

test.each(['gpt-4.1', 'o3', 'o4-mini', 'gpt-5', 'gpt-5-chat-latest', 'gpt-5.1', 'gpt-6', 'gpt-oss', 'o-x'])(
  'what is asked of %s is the same over both clients, in forms of LangChain’s too',
  async (model) => {
    for (const asked of [messages.slice(0, -1), messages]) {
      wire.willAnswer(said('Yes.'), said('Yes.'));
      await openChat('langchain', model)(asked, 5);
      await openChat('lean', model)(asked, 5);
    }
    const [first, second, third, fourth] = wire.requests.map(({ body }) => body);
    expect(second).toEqual(first);
    expect(fourth).toEqual(third);
  },
);

const isLean = ({ headers }: { headers: Headers }) => headers.get('accept-encoding') === 'identity';

test('a server that redirects, or packs what it says, is left to the general client from then on', async () => {
  const elsewhere: WireAnswer = () =>
    new Response(null, { status: 307, headers: { location: `${wireUrl}/moved/chat/completions` } });
  const ask = openChat('lean');
  wire.willAnswer(elsewhere, elsewhere, said('Moved.'), said('Again.'));
  expect((await ask()).text).toBe('Moved.');
  expect((await ask()).text).toBe('Again.');
  expect(wire.requests.map(isLean)).toEqual([true, false, false, false]);
});

test('a request is lean, and asks for no encoding', async () => {
  wire.willAnswer(streamed(usage(1, 2)));
  expect((await openChat('lean')()).usage.total_tokens).toBe(3);
  expect(wire.requests.map(isLean)).toEqual([true]);
});

test('what OpenAI’s own client would send more for is not lean', () => {
  expect(canBeLean({})).toBe(true);
  expect(canBeLean({ baseUrl: 'https://x.test/v1?api-version=1' })).toBe(false);
  vi.stubEnv('OPENAI_ORG_ID', 'org-1');
  expect(canBeLean({})).toBe(false);
  vi.unstubAllEnvs();
});
