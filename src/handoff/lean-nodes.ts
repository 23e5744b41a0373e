import { EmptyChannelError, END, type LangGraphRunnableConfig, START } from '@langchain/langgraph';
import { EphemeralValue } from '@langchain/langgraph/channels';
import { untraced } from '../model/without-tracing.ts';
import { tellStep } from './node-ear.ts';
import { applyUpdate, type StartUpdate, type StateUpdate, type StateValues, stateKeys } from './state.ts';

/** What a node does. */
export type Act = (state: StateValues, config: LangGraphRunnableConfig) => Promise<StateUpdate>;

/** What a node does, and where control goes from there, given the state with its update: a node, or `END`. */
export interface LeanNode {
  act: Act;
  route: Route;
}

type Route = (after: StateValues) => string;

/** The part of a compiled graph that is made lean. */
interface Compiled {
  nodes: Record<string, object>;
  channels: Record<string, unknown>;
}

/**
 * Has the nodes of a compiled graph run without what LangGraph puts around each: a sequence of traced runnables that read the config, copy
 * the state and build tracing objects, several times a step. A node that is made lean does its work and hands in the very same
 * writes, in one call. Everything else is LangGraph's as before: what it saves, how it resumes, and what `updateState` writes.
 * `start` says where a turn begins, given the state with its input.
 */
export function makeLean(compiled: Compiled, lean: Record<string, LeanNode>, start: Route): void {
  runBy(compiled, START, async (input: StartUpdate, config) => begin(start, input, config));
  compiled.channels[START] = new Trigger();
  for (const [name, node] of Object.entries(lean)) {
    runBy(compiled, name, (state: StateValues, config) => run(name, node, state, config));
    compiled.channels[triggerOf(name)] = new Trigger(false);
  }
}

function runBy<Input>(
  { nodes }: Compiled,
  name: string,
  invoke: (input: Input, config: LangGraphRunnableConfig) => Promise<unknown>,
): void {
  Object.assign(nodes[name] ?? {}, { getNode: () => ({ invoke }) });
}

function begin(route: Route, input: StartUpdate, config: LangGraphRunnableConfig): void {
  const next = route(applyUpdate(stateNow(config), input));
  handIn(config, [...Object.entries(input), [triggerOf(next), START]]);
}

async function run(
  name: string,
  { act, route }: LeanNode,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const update = await untraced(() => act(state, config));
  const next = route(stateAfter(state, update));
  tellStep(config, name, update);
  const writes = Object.entries(update) as [string, unknown][];
  handIn(config, next === END ? writes : [...writes, [triggerOf(next), name]]);
  return update;
}

/** What a route looks at: of the messages, the last ones are enough. */
function stateAfter(state: StateValues, update: StateUpdate): StateValues {
  const messages = update.messages?.length ? update.messages : state.messages;
  return { ...state, ...update, messages };
}

/** The state as it is before the step, by the reader that LangGraph gives its own branches. */
function stateNow({ configurable }: LangGraphRunnableConfig): StateValues {
  const read: ((keys: string[]) => StateValues) | undefined = configurable?.__pregel_read;
  if (!read) throw new Error('A node runs inside of a graph alone.');
  return read(stateKeys);
}

/** Where LangGraph's own writers hand in what a node wrote. */
function handIn({ configurable }: LangGraphRunnableConfig, writes: [string, unknown][]): void {
  const send: ((writes: [string, unknown][]) => void) | undefined = configurable?.__pregel_send;
  if (!send) throw new Error('A node runs inside of a graph alone.');
  send(writes);
}

/** The channel by which LangGraph begins a node: its name is in every saved state. */
function triggerOf(node: string): string {
  return `branch:to:${node}`;
}

const empty = new EmptyChannelError();

/** A channel that holds a value for one step. LangGraph asks each for its value whenever it saves; an empty one says so at no cost. */
class Trigger extends EphemeralValue<unknown> {
  override fromCheckpoint(saved?: unknown): this {
    const fresh = new Trigger(this.guard);
    if (saved !== undefined) fresh.value = [saved];
    return fresh as this; // it has no subclass
  }

  override get(): unknown {
    if (this.value.length === 0) throw empty;
    return this.value[0];
  }

  override checkpoint(): unknown {
    return this.get();
  }
}
