import { Command, MemorySaver } from '@langchain/langgraph';
import { pino } from 'pino';
import { type Agent, readAgent } from '../../src/handoff/agent-file.ts';
import { compileGraph } from '../../src/handoff/compile-graph.ts';
import type { Guard } from '../../src/handoff/define-guard.ts';
import type { Tool } from '../../src/handoff/define-tool.ts';
import { type Graph, readGraph } from '../../src/handoff/graph-file.ts';
import type { Machine, Seat } from '../../src/handoff/seat.ts';
import type { StateValues } from '../../src/handoff/state.ts';
import type { Json, Message } from '../../src/message.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { beginTurn } from '../../src/turn/turn-input.ts';
import type { TurnEvent } from '../../src/turn-event.ts';

export interface Made {
  /** The graph's YAML. */
  graph: string;
  /** Front matter and prompt by agent; absent agents have a prompt alone. */
  agents?: Record<string, string>;
  tools?: Tool[];
  guards?: Guard[];
  chat: ChatModel;
}

export interface Ran {
  events: TurnEvent[];
  values: StateValues;
  interrupts: Json[];
}

/** Compiles a graph that a test wrote down, and runs turns on it, on one thread in memory. */
export function makeGraph({ graph: yaml, agents = {}, tools = [], guards = [], chat }: Made) {
  const graph = mustRead<Graph>(readGraph('graphs/made.yaml', 'made', yaml));
  const seats = graph.agents.map((name): [string, Seat] => {
    const agent = mustRead<Agent>(
      readAgent(`agents/${name}.md`, name, agents[name] ?? `---\n---\nYou are ${name}.`),
    );
    const own = agent.tools
      .map((tool) => tools.find((made) => made.name === tool))
      .filter((tool) => tool !== undefined)
      .map((tool): Tool => ({ changes: 'nothing', ...tool })); // calls that change something are recorded in a database
    return [name, { agent, tools: own, edges: graph.edges.filter(({ from }) => from === name) }];
  });
  const machine = { chat, log: pino({ level: 'silent' }) } as Machine; // these tools ask for no database and no vectors
  const compiled = compileGraph(machine, { graph, seats: new Map(seats), guards }, new MemorySaver());
  const config = { configurable: { thread_id: 't', run_id: 'r' }, recursionLimit: 200 };

  async function run(start: unknown, signal = new AbortController().signal): Promise<Ran> {
    const events: TurnEvent[] = [];
    let interrupts: Json[] = [];
    // the input is what beginTurn made
    for await (const [mode, chunk] of await compiled.stream(start as never, {
      ...config,
      signal,
      streamMode: ['custom', 'updates'],
    })) {
      if (mode === 'custom') events.push(chunk as TurnEvent);
      else if ('__interrupt__' in (chunk as object))
        interrupts = (chunk as unknown as { __interrupt__: { value: Json }[] }).__interrupt__.map(
          ({ value }) => value,
        );
    }
    const { values } = await compiled.getState(config);
    return { events, values: values as StateValues, interrupts };
  }

  return {
    async ask(question: string, signal?: AbortSignal): Promise<Ran> {
      const { values } = await compiled.getState(config);
      const before = (values as StateValues).messages ? (values as StateValues) : undefined;
      const messages = [{ type: 'human' as const, id: '', content: question }];
      return run(beginTurn(graph, { history: [], messages }, before).start, signal);
    },
    /** Goes on from what was saved, as another process does after one has died. */
    goOn: () => run(null),
    resume: (answer: Json) => run(new Command({ resume: { decision: answer } })),
  };
}

/** Fails when a call of the history has no answer right behind its reply, has two, or shares its id with another. */
export function expectValidHistory(messages: Message[]): void {
  const ids = messages.flatMap((message) =>
    message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [],
  );
  if (new Set(ids).size !== ids.length) throw new Error('two calls share an id');
  messages.forEach((message, at) => {
    if (message.type !== 'ai') return;
    const answers = messages.slice(at + 1, at + 1 + message.tool_calls.length);
    const answered = answers.map((answer) => (answer.type === 'tool' ? answer.tool_call_id : answer.type));
    const asked = message.tool_calls.map(({ id }) => id);
    if (JSON.stringify(answered) !== JSON.stringify(asked))
      throw new Error(`calls ${asked} are answered by ${answered}`);
  });
  const answers = messages.filter(({ type }) => type === 'tool').length;
  if (answers !== ids.length) throw new Error(`${ids.length} calls have ${answers} answers`);
}

function mustRead<Thing>(read: Thing | unknown[]): Thing {
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return read as Thing; // not a list of problems
}
