import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type CassetteOptions, openCassettes } from '../../../src/model/cassettes/open-cassettes.ts';
import type { Place } from '../../../src/model/cassettes/place.ts';

import type { ChatModel, ChatReply, ChatRequest } from '../../../src/model/chat-model.ts';

export const models = { fast: 'openai:gpt-test', careful: 'openai:gpt-careful' };
export const here: Place = { suite: 'films', case: 'count', repeat: 0 };

/** A folder that goes with the test. */
export async function makeFolder(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baton-tapes-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Asks for a reply at a place, and closes. */
export async function ask(
  options: Omit<CassetteOptions, 'place'> & { at?: Place | undefined },
  chat: ChatModel,
  ...requests: ChatRequest[]
): Promise<ChatReply[]> {
  const place = 'at' in options ? options.at : here;
  const cassettes = openCassettes({ ...options, place: () => place });
  const wrapped = cassettes.wrap(chat, models);
  const replies: ChatReply[] = [];
  for (const request of requests) replies.push(await wrapped(request, () => undefined));
  if (place) cassettes.end(place, true);
  await cassettes.close();
  return replies;
}

/** Asks nobody. */
export const noModel: ChatModel = async () => {
  throw new Error('the live model was asked');
};

/** What is in a folder, by path, in order. */
export async function filesIn(dir: string): Promise<Record<string, string>> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = files
    .toSorted()
    .map(async (file) => [path.relative(dir, file), await readFile(file, 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}
