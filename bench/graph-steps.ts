/**
 * What the graph itself costs: the CPU of a turn of five model calls on three agents (a search, a handoff, a query, a handoff, an answer of
 * 120 tokens), with a model and tools that answer at once, nothing saved and nobody watching. Beside it the same nodes called one after
 * the other without LangGraph. Runs are interleaved; figures are medians, and the ratio is the one to judge by on a busy machine.
 *
 *   npm run bench:steps -- [--turns 60] [--rounds 5] [--history 0] [--json FILE]
 *
 * `--history` is how many earlier turns the thread has.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { BaseCheckpointSaver, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { z } from 'zod';
import { speak } from '../src/handoff/answer-cache/speak.ts';
import { answerCalls } from '../src/handoff/answer-calls.ts';
import { compileGraph } from '../src/handoff/compile-graph.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import type { Machine, SeatedGraph } from '../src/handoff/seat.ts';
import { applyUpdate, emptyState, type StateValues } from '../src/handoff/state.ts';
import type { AiMessage, Message } from '../src/message.ts';
import type { ChatModel } from '../src/model/chat-model.ts';
import { noTracing } from '../src/model/without-tracing.ts';
import { assumeWork, localTenant } from '../src/tenancy.ts';
import { call, say, transfer } from '../test/support/scripted-model.ts';

const { values: asked } = parseArgs({
  options: {
    turns: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
    history: { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});
const turns = Number(asked.turns);

assumeWork({ tenant: localTenant });

/** Saves nothing, and says of each checkpoint that it is saved. */
class NoSaver extends BaseCheckpointSaver {
  steps = 0;
  async getTuple() {
    return undefined;
  }
  async *list() {}
  async put(config: LangGraphRunnableConfig, checkpoint: { id: string }) {
    this.steps += 1;
    return { configurable: { ...config.configurable, checkpoint_id: checkpoint.id } };
  }
  async putWrites() {}
  async deleteThread() {}
}

const saver = new NoSaver();
const words = Array.from({ length: 120 }, (_, at) => `word-${at} `);

const chat: ChatModel = async ({ agent, messages }, onText) => {
  const last = messages.at(-1);
  const isAnswered = last?.type === 'tool' && !last.name.startsWith('transfer_');
  if (agent.name === 'search')
    return isAnswered
      ? transfer('sql', { question: 'how many' })
      : call('search_films', { query: 'a robot' });
  if (agent.name === 'sql')
    return isAnswered ? transfer('answer', { findings: '1000' }) : call('run_sql', { sql: 'select 1' });
  for (const word of words) onText(word);
  return say(words.join(''));
};

const seated = deskGraph();
const machine = { chat, log: { warn() {}, error() {} } } as unknown as Machine; // these nodes use nothing else of it
const compiled = compileGraph(machine, seated, saver);
const beginning = { ...emptyState('search'), messages: historyOf(Number(asked.history)) };

const ways = { graph: byGraph, calls: byCalls };
const taken: Record<keyof typeof ways, number[]> = { graph: [], calls: [] };
for (let round = -1; round < Number(asked.rounds); round++) {
  for (const [name, way] of Object.entries(ways) as [keyof typeof ways, () => Promise<StateValues>][]) {
    const milliseconds = await cpuOf(way);
    if (round >= 0) taken[name].push(milliseconds);
  }
}

saver.steps = 0;
await byGraph();
const graph = median(taken.graph);
const calls = median(taken.calls);
const result = {
  checkpointsATurn: saver.steps,
  graphMs: graph,
  callsMs: calls,
  ratio: graph / calls,
  microsecondsAStep: ((graph - calls) * 1_000) / saver.steps,
};
process.stdout.write(
  `a turn by the graph ${graph.toFixed(3)} ms of CPU, by calls alone ${calls.toFixed(3)} ms, ratio ${result.ratio.toFixed(1)}; ` +
    `${saver.steps} checkpoints a turn, ${result.microsecondsAStep.toFixed(0)} µs each for LangGraph\n`,
);
if (asked.json) await writeFile(asked.json, JSON.stringify(result, null, 2));

async function cpuOf(way: () => Promise<StateValues>): Promise<number> {
  const before = process.cpuUsage();
  for (let turn = 0; turn < turns; turn++) {
    const { messages } = await way();
    if (!(messages.at(-1) as AiMessage).content.includes('word-119')) throw new Error('The answer is wrong.');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / turns;
}

function question(): Message {
  return { type: 'human', id: crypto.randomUUID(), content: 'How many films have a robot?' };
}

async function byGraph(): Promise<StateValues> {
  const started = { ...emptyState('search').counts, startedAt: Date.now() };
  let values = { ...beginning, messages: [...beginning.messages, question()], counts: started };
  let heard = 0;
  const options = {
    callbacks: noTracing,
    durability: 'sync' as const,
    recursionLimit: 100,
    streamMode: ['custom' as const, 'updates' as const],
    signal: new AbortController().signal,
    metadata: { run_id: 'run' },
    configurable: { thread_id: 'thread', run_id: 'run', owner: 'owner', caller: {} },
  };
  for await (const [mode, chunk] of await compiled.stream(values as never, options)) {
    if (mode === 'custom') heard += 1;
    else for (const update of Object.values(chunk as object)) values = applyUpdate(values, update);
  }
  if (heard < 120) throw new Error('Not every word was heard.');
  return values;
}

async function byCalls(): Promise<StateValues> {
  const started = { ...emptyState('search').counts, startedAt: Date.now() };
  let values: StateValues = { ...beginning, messages: [...beginning.messages, question()], counts: started };
  const { signal } = new AbortController();
  const config = { signal, writer() {}, metadata: {}, configurable: { thread_id: 'thread', run_id: 'run' } };
  while (!values.done) {
    values = applyUpdate(values, await speak(machine, seated, values.agent, values, config));
    const last = values.messages.at(-1);
    if (last?.type === 'ai' && last.tool_calls.length > 0)
      values = applyUpdate(values, await answerCalls(machine, seated, values, config));
  }
  return values;
}

/** As many earlier turns as asked for: eleven messages each. */
function historyOf(earlier: number): Message[] {
  return Array.from({ length: earlier }).flatMap((_, turn): Message[] => {
    const moves = ['search_films', 'transfer_to_sql', 'run_sql', 'transfer_to_answer'];
    const worked = moves.flatMap((tool, at): Message[] => {
      const id = `call-${turn}-${at}`;
      const agent = at < 2 ? 'search' : 'sql';
      const asks = { id, name: tool, args: { query: `number ${turn}` }, type: 'tool_call' as const };
      return [
        { type: 'ai', id: `${id}-a`, name: agent, content: '', tool_calls: [asks], response_metadata: {} },
        {
          type: 'tool',
          id: `${id}-t`,
          name: tool,
          content: 'some rows',
          tool_call_id: id,
          status: 'success',
        },
      ];
    });
    return [
      { type: 'human', id: `question-${turn}`, content: `Question ${turn}: how many films have a robot?` },
      ...worked,
      {
        type: 'ai',
        id: `answer-${turn}`,
        name: 'answer',
        content: 'There are 9.',
        tool_calls: [],
        response_metadata: {},
      },
    ];
  });
}

function deskGraph(): SeatedGraph {
  const search = defineTool({
    name: 'search_films',
    description: 'Finds films by what they are about.',
    parameters: z.object({ query: z.string().describe('What it is about.') }),
    changes: 'nothing',
    run: async () => '[{"title":"ROBOT"}]',
  });
  const query = defineTool({
    name: 'run_sql',
    description: 'Runs a query.',
    parameters: z.object({ sql: z.string().describe('A query.') }),
    changes: 'nothing',
    run: async () => '[{"films":1000}]',
  });
  const agents = ['search', 'sql', 'answer'];
  const last = Number(asked.history) > 0 ? { last: 20 } : {};
  const edge = (from: string, to: string, field: string) => ({
    from,
    to,
    when: 'the work is done',
    brief: { [field]: { type: 'string' as const, required: true } },
    context: { show: 'full' as const, ...last },
    return: 'stay' as const,
  });
  const edges = [edge('search', 'sql', 'question'), edge('sql', 'answer', 'findings')];
  const seats = agents.map((name) => {
    const tools = name === 'search' ? [search] : name === 'sql' ? [query] : [];
    const agent = {
      name,
      model: 'fast',
      tools: tools.map((tool) => tool.name),
      examples: [],
      prompt: `You ${name}.`,
      text: name,
    };
    return [name, { agent, tools, edges: edges.filter(({ from }) => from === name) }];
  });
  const limits = { handoffs: 5, calls: 16, seconds: 60, tokens: 400_000 };
  const graph = {
    name: 'desk',
    description: '',
    start: 'search',
    agents,
    edges,
    nextTurn: 'start',
    limits,
    approve: [],
    guards: [],
    knowledge: [],
    text: '',
  };
  return { graph, seats: new Map(seats as never), guards: [] } as unknown as SeatedGraph; // what a file would say, without its source
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
