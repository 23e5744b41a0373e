import { isDeepStrictEqual } from 'node:util';
import type { TauTask } from '../../evals/sources/tau/tau-data.ts';
import { diffWorlds } from '../../evals/sources/tau/worlds.ts';
import type { Message } from '../../src/message.ts';
import { expectValidHistory } from '../support/run-graph.ts';
import { type Gold, listWrites, type Write } from './apply-directly.ts';
import { ownersPath } from './gold-script.ts';
import type { Stage } from './open-stage.ts';
import type { Played } from './play-task.ts';

/** What can be wrong with a task that was played. */
export interface Problem {
  of: 'end' | 'state' | 'writes' | 'path' | 'calls' | 'history';
  what: string;
}

/**
 * Everything that differs between a played task and its gold actions applied directly: the state of the
 * database, how often each write was tried, the agents' path, the results of the calls. Empty when nothing does.
 */
export async function checkPlayed(
  stage: Stage,
  task: TauTask,
  gold: Gold,
  played: Played,
): Promise<Problem[]> {
  const found: Record<Problem['of'], string[]> = {
    end: checkEnd(played),
    state: [
      ...(await diffWorlds(stage.db, gold.world, played.world)),
      ...(await checkAssertions(stage, task, played)),
    ],
    writes: await checkWrites(stage, gold, played),
    path: checkPath(stage, task, played),
    calls: checkCalls(gold, played),
    history: checkHistory(played),
  };
  return Object.entries(found).flatMap(
    ([of, whats]) =>
      whats.map((what) => ({ of: of as Problem['of'], what: `${task.domain} ${task.id}: ${what}` })), // a key of found
  );
}

function checkEnd({ events }: Played): string[] {
  const last = events.at(-1);
  const repaired = events.filter(
    ({ type }) => type === 'repair' || type === 'handoff-refused' || type === 'guard',
  );
  return [
    ...(last?.type === 'turn-end' ? [] : [`the turn ended with ${JSON.stringify(last)}`]),
    ...repaired.map((event) => `the machine stepped in: ${JSON.stringify(event)}`),
  ];
}

/** The data's own word on how the statuses of the mock domain are in the end; nothing where no action is to bring it about. */
async function checkAssertions(
  { db }: Stage,
  { actions, assertions }: TauTask,
  { world }: Played,
): Promise<string[]> {
  if (actions.length === 0) return [];
  const tasks = await db.selectFrom('tau.task').selectAll().where('world', '=', world).execute();
  return assertions
    .filter((one) => !tasks.some((row) => row.task_id === one.task_id && row.status === one.expected_status))
    .map((one) => `${one.task_id} is not ${one.expected_status}`);
}

/** Every write was tried exactly as often as the gold actions try it, in their order, and once for its call. */
async function checkWrites(stage: Stage, gold: Gold, played: Played): Promise<string[]> {
  const tried = await listWrites(stage, played.world);
  const plain = (writes: Write[]) => writes.map(({ tool, args, outcome }) => ({ tool, args, outcome }));
  const problems: string[] = [];
  if (!isDeepStrictEqual(plain(tried), plain(gold.writes))) {
    problems.push(`tried ${JSON.stringify(plain(tried))} instead of ${JSON.stringify(plain(gold.writes))}`);
  }
  for (const { call_id, tool, args } of tried) {
    const times = tried.filter((other) => other.call_id === call_id).length;
    if (times !== 1) problems.push(`the call ${call_id} of ${tool} was carried out ${times} times`);
    const call = callsOf(played).find(({ id }) => id === call_id);
    if (call?.name !== tool || !isDeepStrictEqual(call.args, args))
      problems.push(`no reply asked for ${call_id}: ${tool}`);
  }
  return problems;
}

/** The path of the handoffs and of those who spoke is the owners' path, and each call is made by its owner. */
function checkPath({ domains }: Stage, task: TauTask, { events }: Played): string[] {
  const { owners, start } = domains[task.domain];
  const wanted = ownersPath(task.actions, owners, start).join(' → ');
  const moved = events.flatMap((event) => {
    if (event.type === 'turn-start') return [event.agent];
    return event.type === 'handoff' ? [event.to] : [];
  });
  const last = events.at(-1);
  const spoken = last?.type === 'turn-end' ? last.path : [];
  const astray = events.filter(
    (event) => event.type === 'call-start' && owners.get(event.call.name) !== event.agent,
  );
  return [
    ...(moved.join(' → ') === wanted ? [] : [`control went ${moved.join(' → ')} instead of ${wanted}`]),
    ...(spoken.join(' → ') === wanted ? [] : [`there spoke ${spoken.join(' → ')} instead of ${wanted}`]),
    ...astray.map((event) => `a call was not its owner's: ${JSON.stringify(event)}`),
  ];
}

/** The results that the agents read are those of the gold actions, in their order. */
function checkCalls(gold: Gold, played: Played): string[] {
  const results = turnOf(played).flatMap((message) =>
    message.type === 'tool' && !isHandoff(message.name, gold)
      ? [{ tool: message.name, status: message.status, content: message.content }]
      : [],
  );
  if (isDeepStrictEqual(results, gold.results)) return [];
  return [`the calls came to ${JSON.stringify(results)} instead of ${JSON.stringify(gold.results)}`];
}

/** `transfer_to_human_agents` is a tool like any other. */
function isHandoff(name: string, { results }: Gold): boolean {
  return name.startsWith('transfer_to_') && !results.some(({ tool }) => tool === name);
}

function checkHistory({ messages }: Played): string[] {
  try {
    expectValidHistory(messages);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

function callsOf({ messages }: Played) {
  return messages.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
}

function turnOf({ messages }: Played): Message[] {
  return messages.slice(messages.findLastIndex(({ type }) => type === 'human'));
}
