import { HttpResponse, http } from 'msw/http';
import { setupServer } from 'msw/node';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/message.ts';
import { FetchDispatcher } from '../support/fetch-dispatcher.ts';
import { callDelta, delta, streamed } from '../support/openai-wire.ts';
import { askDesk, type Library, openLibrary } from './support/questions.ts';

const asked: { url: string; key: string | null; body: JsonObject }[] = [];
const answers: ((body: JsonObject) => Response | Promise<Response>)[] = [];

const server = setupServer(
  http.post('https://api.x.ai/v1/*', async ({ request }) => {
    const body = (await request.json()) as JsonObject; // what the client sent
    asked.push({ url: request.url, key: request.headers.get('authorization'), body });
    return answers.shift()?.(body) ?? HttpResponse.json({ error: 'no answer is left' }, { status: 400 });
  }),
);

let library: Library;

const others = getGlobalDispatcher();

beforeAll(async () => {
  server.listen({ onUnhandledFrame: 'error' });
  setGlobalDispatcher(new FetchDispatcher('https://api.x.ai', others));
  library = await openLibrary('career', ['articles/career/nurse.md'], {
    OPENAI_BASE_URL: 'https://api.x.ai/v1',
    OPENAI_API_KEY: 'xai-0123456789',
    BATON_MODEL_FAST: 'openai:grok-4-fast-non-reasoning',
    BATON_MODEL_CAREFUL: 'openai:grok-4-fast-reasoning',
    BATON_MODEL_EMBED: 'local',
  });
}, 60_000);
afterAll(async () => {
  await library.close();
  setGlobalDispatcher(others);
  server.close();
});

/** As xAI tells it: what the model thought is counted beside the completion, and is a part of the total. */
function grok(...chunks: JsonObject[]) {
  const counts = {
    prompt_tokens: 400,
    completion_tokens: 20,
    total_tokens: 450,
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  const last = { ...delta({}), choices: [], usage: counts };
  const answer = streamed(...[...chunks, last].map((chunk) => ({ ...chunk, model: 'grok-4-fast' })));
  return (body: JsonObject) => answer({ path: '', headers: new Headers(), body });
}

const calls = (name: string, args: object) =>
  grok(callDelta(0, name, JSON.stringify(args), `call_${name}`), delta({}, 'tool_calls'));

/** Says what one of the passages says that the request shows, and cites it. */
function cites(body: JsonObject) {
  const messages = body.messages as { role: string; content: string }[]; // as OpenAI's protocol has them
  const found = messages.find(({ role, content }) => role === 'tool' && content.startsWith('{"passages"'));
  const { passages } = JSON.parse(found?.content ?? '') as { passages: { id: string; text: string }[] };
  const id = passages.find(({ text }) => text.includes('calm relatives'))?.id;
  const text = `Nurses explain to patients what will happen, and calm relatives [${id}].`;
  return grok(delta({ role: 'assistant', content: text }), delta({}, 'stop'))(body);
}

test('the career desk speaks with Grok at xAI’s address, and its answer is held against the articles', async () => {
  const question = 'What does a nurse say to patients?';
  answers.push(
    calls('transfer_to_occupations', { question }),
    calls('search_knowledge', { query: question }),
    calls('transfer_to_career-answer', { findings: 'Nurses explain what will happen.' }),
    cites,
  );
  const { said, citations, end } = await askDesk(library.context, 'career', question);
  expect(end.path).toEqual(['career-intake', 'occupations', 'career-answer']);
  expect(said).toBe('Nurses explain to patients what will happen, and calm relatives [1].');
  expect(citations).toMatchObject([{ marker: 1, key: 'nurse.md' }]);
  expect(asked.map(({ url }) => url)).toEqual(Array(4).fill('https://api.x.ai/v1/chat/completions'));
  expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['Bearer xai-0123456789']));
  expect(asked.map(({ body }) => body.model)).toEqual([
    'grok-4-fast-non-reasoning',
    'grok-4-fast-reasoning',
    'grok-4-fast-reasoning',
    'grok-4-fast-non-reasoning',
  ]);
  expect(end.usage.output_token_details).toMatchObject({ reasoning: 120 });
});
