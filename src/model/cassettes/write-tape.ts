import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit/canonical-json.ts';
import type { Json } from '../../message.ts';
import { type Recording, type Tape, tapeFormat } from './tape.ts';

/**
 * A tape as JSON Lines, in an order that does not depend on when what came: a head, the parts that requests are made of, each once and
 * before its first use, and the requests with their replies.
 */
export function writeTape({ recordings, recordedAt, ...about }: Tape): string {
  const models = [...new Set(recordings.map(({ request }) => request.model))].toSorted();
  const lines: object[] = [
    { cassette: tapeFormat, suite: about.suite, case: about.case, models, recordedAt },
  ];
  const known = new Set<string>();
  const part = (value: Json) => {
    const name = nameOfPart(value);
    if (!known.has(name)) lines.push({ part: name, is: value });
    known.add(name);
    return name;
  };
  for (const { key, nth, repeat, ordinal, request, reply } of recordings.toSorted(inOrder)) {
    const { agent, role, model, settings } = request;
    const system = part(request.system);
    const [tools, messages] = [request.tools.map(part), request.messages.map(part)];
    const where = { key, repeat, agent, ordinal, ...(nth > 0 && { nth }) };
    lines.push({ ...where, role, model, system, messages, tools, settings, reply });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** By repeat, agent, and the order in which the agent asked. */
function inOrder(one: Recording, other: Recording): number {
  return (
    one.repeat - other.repeat ||
    compare(one.request.agent, other.request.agent) ||
    one.ordinal - other.ordinal ||
    compare(one.key, other.key) ||
    one.nth - other.nth
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Parts are named after what they are. */
export function nameOfPart(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 12);
}
