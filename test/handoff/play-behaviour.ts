import { MemorySaver } from '@langchain/langgraph';
import { pino } from 'pino';
import { vi } from 'vitest';
import { serializer } from '../../src/checkpoint/serializer.ts';
import { readAgent } from '../../src/handoff/agent-file.ts';
import { type CompiledGraph, compileGraph } from '../../src/handoff/compile-graph.ts';
import { type Graph, readGraph } from '../../src/handoff/graph-file.ts';
import type { Machine, Seat, SeatedGraph } from '../../src/handoff/seat.ts';
import type { StateValues } from '../../src/handoff/state.ts';
import type { Call, Json, Message } from '../../src/message.ts';
import { beginTurn } from '../../src/turn/turn-input.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import type { Behaviour, Cut, DecisionPlan, TurnPlan } from './behaviours.ts';
import { checkThread, checkTurn } from './check-thread.ts';
import { graphText } from './graph-plans.ts';
import { oddGuards } from './odd-guards.ts';
import { type Cast, oddModel, type Request } from './odd-model.ts';
import { oddTools } from './odd-tools.ts';
import { transcript } from './transcript.ts';

/** How a turn ended, or that it was dropped with its process and nobody goes on with it. */
export type Ending = 'answer' | 'approval' | 'aborted' | 'model error' | 'crashed';

/** One turn, as it was seen from outside. */
export interface PlayedTurn {
  plan: TurnPlan;
  ending: Ending;
  before: StateValues;
  after: StateValues;
  events: TurnEvent[];
  requests: Request[];
  /** Whether it was broken off, whatever came of it. */
  cut: boolean;
  /** What people said to calls that waited, in order. */
  answers: Decided[];
}

/** A person's answer while calls wait, and what it says of each of them by call id. */
interface Decided {
  pending: Call[];
  decisions: Record<string, Json>;
}

/** One process's graph on the thread. After a crash, another one goes on with what was saved. */
interface Life {
  compiled: CompiledGraph;
  saver: MemorySaver;
  controller: AbortController;
  crash: PromiseWithResolvers<'crash'>;
  over: boolean;
}

interface Scene {
  plan: Behaviour;
  graph: Graph;
  cast: Cast;
  life: Life;
  /** What the running turn has of its cut. */
  cut: { plan: Cut | undefined; happened: Record<Cut['at'], number>; done: boolean };
  events: TurnEvent[];
}

const config = { configurable: { thread_id: 't', run_id: 'r' } };

/** Longer than any turn takes: whatever is not over by then hangs. */
const patience = 15_000;

/** Plays a behaviour to its end and returns its turns. Throws an error with a transcript at the first rule that is broken. */
export async function playBehaviour(plan: Behaviour): Promise<PlayedTurn[]> {
  const scene = openScene(plan);
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + scene.cast.skewMs);
  try {
    return await playTurns(scene);
  } finally {
    clock.mockRestore();
  }
}

async function playTurns(scene: Scene): Promise<PlayedTurn[]> {
  const turns: PlayedTurn[] = [];
  for (const turn of scene.plan.turns) {
    const played = await playTurn(scene, turn, turns.length === 0);
    turns.push(played);
    const broken = [
      ...scene.cast.broken,
      ...checkTurn(scene.graph, played),
      ...checkThread(scene.graph, played),
    ];
    if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\n${transcript(turns, played)}`);
  }
  return turns;
}

function openScene(plan: Behaviour): Scene {
  const graph = readGraph('graphs/made.yaml', 'made', graphText(plan.graph));
  if (Array.isArray(graph)) throw new Error(JSON.stringify(graph));
  const cast: Cast = { plan, said: 0, requests: [], thrown: new Set(), empty: 0, broken: [], skewMs: 0 };
  const cut = { plan: undefined, happened: { request: 0, reply: 0, tool: 0, answers: 0 }, done: false };
  const scene: Scene = { plan, graph, cast, cut, events: [], life: undefined as unknown as Life }; // set in the next line
  scene.life = openLife(scene, new MemorySaver(serializer));
  return scene;
}

function openLife(scene: Scene, saver: MemorySaver): Life {
  const { graph, plan } = scene;
  const tools = oddTools((context, waits) => {
    happen(scene, life, 'tool');
    if (waits && !context.signal.aborted) setImmediate(() => breakOff(scene, life, 'abort'));
  });
  const seats = plan.graph.agents.map(({ name, tools: own }): [string, Seat] => {
    const agent = readAgent(`agents/${name}.md`, name, `---\n---\nYou are ${name}.`);
    if (Array.isArray(agent)) throw new Error(JSON.stringify(agent));
    const edges = graph.edges.filter(({ from }) => from === name);
    return [name, { agent, tools: tools.filter((tool) => own.includes(tool.name)), edges }];
  });
  const chat = oddModel(graph, scene.cast, {
    isOver: () => life.over,
    onRequest: () => happen(scene, life, 'request'),
  });
  const machine = { chat, log: pino({ level: 'silent' }) } as Machine; // these tools ask for no database and no vectors
  const seated: SeatedGraph = {
    graph,
    seats: new Map(seats),
    guards: oddGuards.filter((guard) => graph.guards.includes(guard.name)),
  };
  const life: Life = {
    compiled: compileGraph(machine, seated, saver),
    saver,
    controller: new AbortController(),
    crash: Promise.withResolvers(),
    over: false,
  };
  return life;
}

/** Something happened: it may be what the turn is to be broken off at. */
function happen(scene: Scene, life: Life, at: Cut['at']): void {
  const { plan, happened } = scene.cut;
  if (life.over || scene.cut.done) return;
  happened[at] += 1;
  if (plan?.at === at && plan.nth === happened[at]) breakOff(scene, life, plan.how);
}

function breakOff(scene: Scene, life: Life, how: Cut['how']): void {
  if (life.over) return;
  scene.cut.done = true;
  if (how === 'crash') {
    life.over = true;
    scene.life = openLife(scene, copyOf(life.saver));
    life.crash.resolve('crash');
  }
  life.controller.abort(new Error('the turn is broken off'));
}

/** What a process leaves behind at this moment. */
function copyOf({ storage, writes }: MemorySaver): MemorySaver {
  const copy = new MemorySaver(serializer);
  copy.storage = structuredClone(storage);
  copy.writes = structuredClone(writes);
  return copy;
}

async function playTurn(scene: Scene, plan: TurnPlan, isFirst: boolean): Promise<PlayedTurn> {
  scene.cut = { plan: plan.cut, happened: { request: 0, reply: 0, tool: 0, answers: 0 }, done: false };
  scene.events = [];
  Object.assign(scene.cast, { requests: [], empty: 0, broken: [], thrown: new Set() });
  const saved = await valuesOf(scene);
  const history = isFirst ? scene.plan.history.map(earlier) : [];
  const messages = plan.says.map((content) => ({ type: 'human' as const, id: 'u', content }));
  const beginning = beginTurn(scene.graph, { history, messages }, saved);

  const answers: Decided[] = [];
  let end = await follow(scene, beginning.start);
  while (end.ending === 'crashed' || end.ending === 'approval') {
    const decision = plan.decisions[answers.length];
    if (end.ending === 'crashed') {
      if (plan.cut?.afterwards === 'next turn') break;
      end = await follow(scene, null);
    } else if (decision) {
      const resume = answerOf(decision, end.pending);
      answers.push({ pending: end.pending, decisions: decisionsIn(decision, end.pending) });
      end = await follow(
        scene,
        beginTurn(scene.graph, { history: [], messages: [], resume }, await valuesOf(scene)).start,
      );
    } else break;
  }
  const after = (await valuesOf(scene)) ?? beginning.values; // a crash before the first step leaves nothing
  return {
    plan,
    ending: end.ending,
    before: beginning.values,
    after,
    events: scene.events,
    requests: scene.cast.requests,
    cut: scene.cut.done,
    answers,
  };
}

function earlier({ by, text }: Behaviour['history'][number], at: number): Message {
  const id = `earlier-${at}`;
  if (by === 'user') return { type: 'human', id, content: text };
  return { type: 'ai', id, name: 'assistant', content: text, tool_calls: [] };
}

/** The newest state as it was saved: what a task handed in after that is no part of it until the next one is, and a new turn drops it. */
async function valuesOf({ life }: Scene): Promise<StateValues | undefined> {
  const newest = await life.compiled.getState(config);
  const isSaved = newest.next.length === newest.tasks.length;
  const { values } = isSaved ? newest : await life.compiled.getState(newest.config);
  return (values as Partial<StateValues>).messages ? (values as StateValues) : undefined; // empty on a new thread
}

/** Where the graph stopped; `pending` are the calls that wait for a person. */
interface End {
  ending: Ending;
  pending: Call[];
}

/** Follows the graph to where it stops. What it throws must be what was to be expected. */
async function follow(scene: Scene, start: unknown): Promise<End> {
  const { life } = scene;
  life.controller = new AbortController();
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error(`the turn hangs for ${patience} ms`)), patience);
  try {
    const run = followLife(scene, life, start);
    run.catch(() => undefined); // after a crash nobody listens any more
    const pending = await Promise.race([run, life.crash.promise, timer.promise]);
    if (pending === 'crash') return { ending: 'crashed', pending: [] };
    return { ending: pending ? 'approval' : 'answer', pending: pending ?? [] };
  } catch (error) {
    return { ending: endingOf(scene, life, error), pending: [] };
  } finally {
    clearTimeout(timeout);
  }
}

async function followLife(scene: Scene, life: Life, start: unknown): Promise<Call[] | undefined> {
  const { handoffs, calls } = scene.graph.limits;
  const options = {
    ...config,
    signal: life.controller.signal,
    streamMode: ['custom' as const, 'updates' as const],
    durability: 'sync' as const,
    recursionLimit: 4 * (handoffs + calls) + 20,
  };
  let pending: Call[] | undefined;
  for await (const [mode, chunk] of await life.compiled.stream(start as never, options)) {
    if (life.over) return undefined;
    if (mode === 'custom')
      scene.events.push(chunk as TurnEvent); // our nodes write nothing else
    else if ('__interrupt__' in (chunk as object)) pending = pendingIn(scene, chunk);
    else happen(scene, life, 'tools' in (chunk as object) ? 'answers' : 'reply');
  }
  return pending;
}

function pendingIn({ cast }: Scene, chunk: unknown): Call[] {
  const [first] = (chunk as { __interrupt__: { value: { type: string; calls: Call[] } }[] }).__interrupt__;
  if (first?.value.type !== 'approval' || first.value.calls.length === 0)
    cast.broken.push('an interrupt that asks for nothing');
  return first?.value.calls ?? [];
}

function endingOf({ cast }: Scene, { over, controller }: Life, error: unknown): Ending {
  if (over) return 'crashed';
  if (cast.thrown.has(error)) return 'model error';
  if (controller.signal.aborted) return 'aborted';
  const gaveNothing = error instanceof Error && error.name === 'ModelError' && cast.empty >= 2;
  if (!gaveNothing && cast.broken.length === 0)
    cast.broken.push(`the turn ended by ${error instanceof Error ? error.stack : String(error)}`);
  return 'model error';
}

function answerOf(decision: DecisionPlan, pending: Call[]): Json {
  return 'all' in decision ? decision.all : decisionsIn(decision, pending);
}

function decisionsIn(decision: DecisionPlan, pending: Call[]): Record<string, Json> {
  const of = (at: number) => ('all' in decision ? decision.all : (decision.each[at] ?? null));
  const some = 'all' in decision ? pending : pending.slice(0, decision.each.length);
  return Object.fromEntries(some.map(({ id }, at) => [id, of(at)]));
}
