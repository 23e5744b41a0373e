import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamMode } from '../../src/http/langgraph/stream-modes.ts';
import { insist, mustBeGood, waitMs } from './insist.ts';
import { bodyOf, postTurn } from './post-turn.ts';
import type { TurnRecord, Watching } from './turn-record.ts';
import { watchWithFetch } from './watch-with-fetch.ts';
import { watchWithSdk } from './watch-with-sdk.ts';
import type { World } from './world.ts';

const modeSets: StreamMode[][] = [
  ['values'],
  ['messages-tuple', 'updates'],
  ['values', 'messages-tuple'],
  ['messages', 'updates', 'custom'],
];

type Way = (world: World, record: TurnRecord) => Promise<void>;

/** How clients use a turn, and how often each does so. */
const ways: Record<string, Way> = { bySdk, byFetch, byTwoWatchers, byJoin, byWait, byCancel };
const often = [
  'bySdk',
  'bySdk',
  'bySdk',
  'byFetch',
  'byFetch',
  'byTwoWatchers',
  'byJoin',
  'byWait',
  'byCancel',
];

/** Posts one turn in one of the ways, and sees it to its end. What keeps it from that is noted with the turn. */
export async function driveTurn(world: World, record: TurnRecord): Promise<void> {
  world.records.push(record);
  const way = ways[world.random.pick(often)] ?? bySdk;
  try {
    await way(world, record);
  } catch (error) {
    record.failure ??= world.deadline.aborted ? 'its client was still waiting at the end' : String(error);
  }
}

async function bySdk(world: World, record: TurnRecord): Promise<void> {
  await watchWithSdk(world, record, startWatching(world, record, 'sdk'));
}

async function byFetch(world: World, record: TurnRecord): Promise<void> {
  await watchWithFetch(world, record, startWatching(world, record, 'fetch'), { posts: true });
}

async function byTwoWatchers(world: World, record: TurnRecord): Promise<void> {
  await create(world, record);
  await Promise.all([
    watchWithFetch(world, record, startWatching(world, record, 'fetch'), { posts: false }),
    watchWithSdk(world, record, startWatching(world, record, 'sdk')),
  ]);
}

async function byJoin(world: World, record: TurnRecord): Promise<void> {
  await create(world, record);
  const url = `${world.url}/threads/${record.threadId}/runs/${record.runId}/join`;
  record.joined = await insist(world, async (signal) => {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(waitMs)]) });
    return (await mustBeGood(world, response)).json();
  });
}

async function byWait(world: World, record: TurnRecord): Promise<void> {
  const read = (response: Response) => response.json();
  record.joined = await postTurn(world, record, { path: '/runs/wait', body: bodyOf(record), read });
}

async function byCancel(world: World, record: TurnRecord): Promise<void> {
  await create(world, record);
  const watching = watchWithFetch(world, record, startWatching(world, record, 'fetch'), { posts: false });
  await sleep(world.random.whole(0, 2_000));
  record.cancelled = true;
  const url = `${world.url}/threads/${record.threadId}/runs/${record.runId}/cancel`;
  await insist(world, async (signal) => {
    const options = { method: 'POST', signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) };
    await (await mustBeGood(world, await fetch(url, options))).text();
  });
  await watching;
}

async function create(world: World, record: TurnRecord): Promise<void> {
  const read = (response: Response) => response.json();
  await postTurn(world, record, { path: '/runs', body: bodyOf(record), read });
}

function startWatching({ random }: World, { watchings }: TurnRecord, client: Watching['client']): Watching {
  const watching = { client, modes: random.pick(modeSets), frames: [], returns: 0, gaveUp: 0, ended: false };
  watchings.push(watching);
  return watching;
}
