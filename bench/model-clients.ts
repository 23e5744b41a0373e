/**
 * What a call of a model costs this process, by who speaks OpenAI's protocol: LangChain's client or the lean one.
 *
 *   node bench/model-clients.ts [--rounds 7] [--calls 200] [--at-once 8]
 *
 * The server is a process of its own and answers without delay. Rounds take turns; a figure is the median of its rounds, in
 * milliseconds of CPU, the kernel's part among them.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { ChatClient } from '../src/model/chat-client.ts';
import type { ChatModel, ChatRequest } from '../src/model/chat-model.ts';
import { openLangChainClient } from '../src/model/langchain-client.ts';
import { openLeanClient } from '../src/model/lean/open-lean-client.ts';
import { openOpenAiChat } from '../src/model/open-ai-chat.ts';
import { createProviderChatModel } from '../src/model/provider-chat-model.ts';
import { openPost } from '../src/outbound/open-post.ts';
import { type Asked, type Said, startModelServer } from './model-server.ts';

const tokens = Array.from({ length: 120 }, (_, at) => ` word-${at}`);
const call = { name: 'search_articles', args: { query: 'how do I return a broken lamp', limit: 5 } };

function script({ tools }: Asked): Said {
  return {
    tokens: tools.length > 0 ? [] : tokens,
    calls: tools.length > 0 ? [call] : [],
    firstMs: 0,
    tokenMs: 0,
  };
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    calls: { type: 'string', default: '200' },
    'at-once': { type: 'string', default: '8' },
    serve: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const calls = Number(values.calls);
const atOnce = Number(values['at-once']);

const clients = ['langchain', 'lean'] as const;
const kinds = ['120 tokens', 'tool call'] as const;
type Kind = (typeof kinds)[number];

async function main(): Promise<void> {
  const server = spawn(process.execPath, [import.meta.filename, '--serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const baseUrl = await new Promise<string>((resolve) =>
      server.stdout.once('data', (url) => resolve(`${url}`)),
    );
    const models = { langchain: chatOver(langchain(baseUrl)), lean: chatOver(lean(baseUrl)) };
    const taken: Record<string, number[]> = {};
    for (let round = -1; round < rounds; round += 1) {
      for (const kind of kinds) {
        for (const client of clients) {
          const milliseconds = await cpuOf(models[client], kind);
          const figures = taken[`${client} ${kind}`] ?? [];
          taken[`${client} ${kind}`] = round < 0 ? figures : [...figures, milliseconds];
        }
      }
    }
    print((client, kind) => medianOf(taken[`${client} ${kind}`] ?? []));
  } finally {
    server.kill();
  }
}

function langchain(baseUrl: string): ChatClient {
  return openLangChainClient(openOpenAiChat('bench', { baseUrl }));
}

function lean(baseUrl: string): ChatClient {
  const openGeneral = async () => {
    throw new Error('the lean client does not know this server');
  };
  return openLeanClient('bench', { baseUrl }, { post: openPost(), openGeneral });
}

function chatOver(client: ChatClient): ChatModel {
  const nothing = () => undefined;
  const way = { open: async () => client, alive: nothing, succeeded: nothing, cancelled: nothing };
  const ways = {
    next: async () => ({ ...way, failed: <Failure>(failure: Failure) => failure }),
    after: () => 'again' as const,
  };
  const options = { name: 'openai:bench', retries: 0, timeoutMs: 60_000, takesNames: true };
  return createProviderChatModel(async () => ways, options);
}

/** Milliseconds of CPU for one call. */
async function cpuOf(chat: ChatModel, kind: Kind): Promise<number> {
  const before = process.cpuUsage();
  let left = calls;
  const askAll = async () => {
    while (left-- > 0) check(kind, await chat(requestOf(kind), () => undefined));
  };
  await Promise.all(Array.from({ length: atOnce }, askAll));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

function check(kind: Kind, { text, calls: made }: Awaited<ReturnType<ChatModel>>): void {
  const right =
    kind === 'tool call' ? made.length === 1 && made[0]?.args.limit === 5 : text === tokens.join('');
  if (!right) throw new Error(`a wrong reply: ${text}`);
}

/** About as long as an agent's: a prompt, a conversation of some turns, and what tools said. */
function requestOf(kind: Kind): ChatRequest {
  const turns = Array.from({ length: 5 }, (_, at) => at).flatMap((at) => [
    {
      type: 'human' as const,
      id: `h${at}`,
      content: 'Where is order 7, and may I still send it back? '.repeat(3),
    },
    {
      type: 'ai' as const,
      id: `a${at}`,
      name: 'search',
      content: '',
      tool_calls: [{ id: `c${at}`, name: call.name, args: call.args }],
    },
    {
      type: 'tool' as const,
      id: `t${at}`,
      name: call.name,
      tool_call_id: `c${at}`,
      status: 'success' as const,
      content: 'Orders may be sent back within thirty days. '.repeat(20),
    },
  ]);
  const tool = {
    name: call.name,
    description: 'Searches the articles.',
    parameters: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  };
  return {
    role: 'fast',
    agent: { name: 'search', examples: [] },
    system: 'You answer from the articles, tersely. '.repeat(20),
    messages: turns,
    tools: kind === 'tool call' ? [tool, { ...tool, name: 'transfer_to_sql' }] : [],
    signal: new AbortController().signal,
  };
}

function print(figure: (client: (typeof clients)[number], kind: Kind) => number): void {
  const perToken = (client: (typeof clients)[number]) =>
    (figure(client, '120 tokens') - figure(client, 'tool call')) / tokens.length;
  const line = (what: string, of: (client: (typeof clients)[number]) => number, digits: number) =>
    process.stdout.write(
      `${what.padEnd(22)} ratio ${(of('lean') / of('langchain')).toFixed(2)}   lean ${of('lean').toFixed(digits)} ms   langchain ${of('langchain').toFixed(digits)} ms\n`,
    );
  for (const kind of kinds) line(`a call, ${kind}`, (client) => figure(client, kind), 3);
  line('a token', perToken, 4);
}

function medianOf(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

if (values.serve) process.stdout.write((await startModelServer(script)).url);
else await main();
