import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../src/bus/within.ts';
import { insist, mustBeGood, silentMs } from './insist.ts';
import { bodyOf, postTurn } from './post-turn.ts';
import { readFrames } from './read-frames.ts';
import type { TurnRecord, Watching } from './turn-record.ts';
import type { World } from './world.ts';

/** Posts a turn and watches it, or watches one that was posted, with nothing but `fetch`: leaves now and then, and comes back. */
export async function watchWithFetch(
  world: World,
  record: TurnRecord,
  watching: Watching,
  { posts }: { posts: boolean },
): Promise<void> {
  if (posts) await first(world, record, watching);
  while (!watching.ended) {
    await insist(world, () => comeBack(world, record, watching));
    if (!watching.ended) await sleep(world.random.whole(0, 1_500));
  }
}

async function first(world: World, record: TurnRecord, watching: Watching): Promise<void> {
  const body = bodyOf(record, { stream_mode: watching.modes });
  const read = (response: Response) => follow(world, watching, response).catch(() => undefined); // it comes back
  await postTurn(world, record, { path: '/runs/stream', body, read });
}

async function comeBack(world: World, record: TurnRecord, watching: Watching): Promise<void> {
  const url = new URL(`${world.url}/threads/${record.threadId}/runs/${record.runId}/stream`);
  for (const mode of watching.modes) url.searchParams.append('stream_mode', mode);
  const last = watching.frames.findLast(({ id }) => id !== undefined)?.id;
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(), silentMs);
  try {
    const response = await fetch(url, {
      headers: { 'last-event-id': last ?? '-1' },
      signal: AbortSignal.any([world.deadline, connecting.signal]),
    });
    clearTimeout(timer);
    watching.returns += 1;
    await follow(world, watching, await mustBeGood(world, response));
  } finally {
    clearTimeout(timer);
  }
}

/** Reads to the end, or leaves in the midst of it. Rejects when the connection breaks or says nothing for long. */
async function follow(world: World, watching: Watching, { body }: Response): Promise<void> {
  if (!body) throw new Error('an answer without a body');
  const leavesAfter = world.random.chance(0.5) ? world.random.whole(1, 60) : Number.POSITIVE_INFINITY;
  const frames = readFrames(body);
  let seen = 0;
  for (;;) {
    const next = await within(silentMs, 'the next frame', frames.next());
    if (next.done) break;
    watching.frames.push(next.value);
    seen += 1;
    if (seen >= leavesAfter) return void (await frames.return(undefined));
  }
  watching.ended = true;
}
