import type { JsonObject } from '../../message.ts';
import { splitSentences } from '../evidence/split-sentences.ts';
import type { CassetteMiss } from './cassette-miss.ts';
import type { Place } from './place.ts';
import type { PlainRequest } from './plain-request.ts';
import type { Recording } from './tape.ts';

export interface Missed {
  place: Place;
  request: PlainRequest;
  ordinal: number;
  key: string;
}

/** Why a tape has no reply to a request: nothing was recorded there, or something else, and what of it is the difference. */
export function explainMiss(
  { place, request, ordinal, key }: Missed,
  found: readonly Recording[],
): CassetteMiss {
  const { agent } = request;
  const sameAgent = found.filter(
    (recording) => recording.repeat === place.repeat && recording.request.agent === agent,
  );
  const sameTurn = sameAgent.filter((recording) => recording.ordinal === ordinal);
  if (sameTurn.length === 0) {
    return { agent, ordinal, kind: 'new', why: whyNew(place, agent, sameAgent.length, found) };
  }
  const why = sameTurn
    .map((recording) => differences(request, recording.request))
    .reduce((least, other) => (other.length < least.length ? other : least));
  const again = sameTurn.some((recording) => recording.key === key)
    ? 'the same is asked more often than it was recorded'
    : 'it differs in nothing that can be named';
  return { agent, ordinal, kind: 'divergence', why: sentence(why.join('; ') || again) };
}

function whyNew(
  { suite, case: id, repeat }: Place,
  agent: string,
  count: number,
  found: readonly Recording[],
): string {
  if (found.length === 0) return `Nothing was recorded for case ${id} of ${suite}.`;
  if (count > 0)
    return `${agent} asked ${count} time${count > 1 ? 's' : ''} when case ${id} was recorded, and asks again.`;
  const isKnown = found.some((recording) => recording.repeat === repeat);
  if (!isKnown) return `Repeat ${repeat + 1} of case ${id} was not recorded.`;
  return `${agent} asked nothing when case ${id} was recorded.`;
}

/** What of a request is not what was recorded, each in a clause, the weightiest first. */
function differences(now: PlainRequest, then: PlainRequest): string[] {
  return [
    ...differentValue('the role is', now.role, then.role),
    ...differentValue('the model is', now.model, then.model),
    ...differentSystem(now, then),
    ...differentTools(now.tools, then.tools),
    ...differentMessages(now.messages, then.messages),
    ...differentSettings(now.settings, then.settings),
  ];
}

function differentValue(what: string, now: unknown, then: unknown): string[] {
  if (isSame(now, then)) return [];
  return [`${what} ${show(now)} where ${show(then)} was recorded`];
}

function differentSystem({ agent, system: now }: PlainRequest, { system: then }: PlainRequest): string[] {
  if (now === then) return [];
  const [before, after] = [sentencesOf(then), sentencesOf(now)];
  const added = [...after].filter((text) => !before.has(text));
  const removed = [...before].filter((text) => !after.has(text));
  const [first] = added;
  const [gone] = removed;
  const prompt = `the system prompt of ${agent}`;
  const more = Math.max(added.length, removed.length) - 1;
  const others = more > 0 ? ` (and ${more} more)` : '';
  if (first && gone) return [`${prompt} says ${quote(first)} where ${quote(gone)} was recorded${others}`];
  if (first) return [`${prompt} says ${quote(first)}, which was not there when it was recorded${others}`];
  if (gone) return [`${prompt} does not say ${quote(gone)} any more${others}`];
  return [`${prompt} has the same sentences in another order, or other white space`];
}

function sentencesOf(text: string): Set<string> {
  return new Set(splitSentences(text).map(({ text: sentence }) => sentence));
}

function differentTools(now: JsonObject[], then: JsonObject[]): string[] {
  const [before, after] = [byName(then), byName(now)];
  const changes = [
    ...[...after].flatMap(([name, tool]) => {
      const old = before.get(name);
      if (!old) return [`${name} is new`];
      return isSame(old, tool) ? [] : [`${name} is declared differently`];
    }),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is gone`),
  ];
  if (changes.length > 0) return [`of the tools ${changes.join(', ')}`];
  return isSame(now, then) ? [] : ['the tools are in another order'];
}

function byName(tools: JsonObject[]): Map<string, JsonObject> {
  return new Map(tools.map((tool) => [String(tool.name), tool]));
}

function differentMessages(now: JsonObject[], then: JsonObject[]): string[] {
  const at = now.findIndex((message, index) => !isSame(message, then[index]));
  const first = at < 0 ? now.length : at;
  if (first === now.length && now.length === then.length) return [];
  const [here, there] = [now[first], then[first]];
  const where = `message ${first + 1}`;
  if (!here) return [`there are ${now.length} messages where ${then.length} were recorded`];
  if (!there) return [`${where}, ${tell(here)}, was not there when it was recorded`];
  return [`${where} is ${tell(here)} where ${tell(there)} was recorded`];
}

function tell({ type, name, content, calls, status }: JsonObject): string {
  const called = Array.isArray(calls) && calls.length > 0 ? ` with ${show(calls)}` : '';
  const whose = type === 'ai' ? `of ${name}` : type === 'human' ? 'of the user' : `of a ${type}`;
  const failed = status === 'error' ? ' that failed' : '';
  return `${quote(typeof content === 'string' ? content : JSON.stringify(content))} ${whose}${failed}${called}`;
}

function differentSettings(now: JsonObject, then: JsonObject): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].toSorted();
  return names.flatMap((name) => differentValue(`the setting ${name} is`, now[name], then[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other); // both have their members in order
}

const mostShown = 160;

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return short(typeof value === 'string' ? value : JSON.stringify(value));
}

function quote(text: string): string {
  return `“${short(text.replace(/\s+/g, ' ').trim())}”`;
}

function short(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
