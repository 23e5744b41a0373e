import { z } from 'zod';
import type { Json, JsonObject } from '../../message.ts';
import { keyOf, type PlainRequest } from './plain-request.ts';
import { recordedFailureSchema, recordedReplySchema } from './recorded-reply.ts';
import { type Recording, type Tape, TapeError, tapeFormat } from './tape.ts';
import { nameOfPart } from './write-tape.ts';

/** Reads what `writeTape` wrote. Throws a `TapeError` for anything else, also where a request is not the one of its key any more. */
export function readTape(file: string, text: string): Tape {
  const [first = '', ...rest] = text.split('\n');
  const head = readLine(headSchema, file, 1, first);
  const parts = new Map<string, Json>();
  const recordings: Recording[] = [];
  for (const [at, line] of rest.entries()) {
    if (!line.trim()) continue;
    const number = at + 2;
    if (line.startsWith('{"part"')) {
      const { part, is } = readLine(partSchema, file, number, line);
      if (nameOfPart(is) !== part) throw new TapeError(file, number, `the part ${part} ${edited}`);
      parts.set(part, is);
    } else recordings.push(readRecording(file, number, line, parts));
  }
  return { suite: head.suite, case: head.case, recordedAt: head.recordedAt, recordings };
}

function readRecording(file: string, number: number, line: string, parts: Map<string, Json>): Recording {
  const read = readLine(lineSchema, file, number, line);
  const part = (name: string) => {
    const value = parts.get(name);
    if (value === undefined) throw new TapeError(file, number, `the part ${name} is not above this line`);
    return value;
  };
  const { key, nth, repeat, ordinal, agent, role, model, settings, reply } = read;
  const [system, messages, tools] = [part(read.system), read.messages.map(part), read.tools.map(part)];
  const request = { role, model, agent, system, messages, tools, settings } as PlainRequest; // as it was written
  if (keyOf(request, repeat) !== key) throw new TapeError(file, number, `the request ${edited}`);
  return { key, nth, repeat, ordinal, request, reply };
}

/** A reply goes with the request that was asked, or it is nobody's. */
const edited = 'was changed by hand since it was recorded: record the case again';

function readLine<T>(schema: z.ZodType<T>, file: string, number: number, line: string): T {
  const read = schema.safeParse(parse(file, number, line));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new TapeError(file, number, `${where}${issue?.message}`);
}

function parse(file: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const conflict = /^(<<<<<<<|=======|>>>>>>>)/.test(line);
    throw new TapeError(file, number, conflict ? 'a conflict of git is not resolved' : 'this is not JSON');
  }
}

const whole = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]+$/);

const headSchema = z.strictObject({
  cassette: z.literal(tapeFormat, `expected ${tapeFormat}, the format of this version`),
  suite: z.string(),
  case: z.string(),
  models: z.array(z.string()),
  recordedAt: z.iso.datetime(),
});

const partSchema = z.strictObject({ part: hash, is: z.custom<Json>((value) => value !== undefined) });

const lineSchema = z.strictObject({
  key: hash,
  repeat: whole,
  agent: z.string(),
  ordinal: whole,
  nth: whole.default(0),
  role: z.string(),
  model: z.string(),
  system: hash,
  messages: z.array(hash),
  tools: z.array(hash),
  settings: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
  reply: z.union([recordedReplySchema, recordedFailureSchema]),
});
