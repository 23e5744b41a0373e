import { Command, Overwrite, Send } from '@langchain/langgraph';
import { DeltaSnapshot } from '@langchain/langgraph-checkpoint';
import { makeMessage } from './message-classes.ts';
import { type TagKind, tagKey } from './value-tag.ts';

/** Kinds of errors that come back as what they were; any other is an `Error` with its name. */
const errorClasses = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((kind) => [kind.name, kind]),
);

const decoders: Record<TagKind, (value: never) => unknown> = {
  bigint: (value: string) => BigInt(value),
  bytes: (value: string) => new Uint8Array(Buffer.from(value, 'base64')),
  command: makeCommand,
  date: (value: number | null) => new Date(value ?? Number.NaN),
  error: makeError,
  map: (value: unknown[]) => new Map(decodeValue(value) as [unknown, unknown][]), // as the encoder wrote it
  message: makeTaggedMessage,
  number: (value: string) => Number(value),
  overwrite: (value: unknown) => new Overwrite(decodeValue(value)),
  record: makeRecord,
  regexp: makeRegExp,
  send: makeSend,
  set: (value: unknown[]) => new Set(decodeValue(value) as unknown[]), // as the encoder wrote it
  snapshot: (value: unknown) => new DeltaSnapshot(decodeValue(value)),
  text: (value: string) => Buffer.from(value, 'base64').toString('utf16le'),
  undefined: () => undefined,
};

/**
 * The value that `encodeValue` made this JSON from. Uses up the JSON, which must be freshly parsed.
 * Throws an `Error` on a kind that it does not know.
 */
export function decodeValue(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Object.hasOwn(json, tagKey)) return decodeTagged(json as { [tagKey]: string; value: never }); // only the encoder writes the key
  const fields = json as Record<string, unknown>; // arrays too: their keys are indexes
  for (const key of Object.keys(fields)) fields[key] = decodeValue(fields[key]);
  return json;
}

function decodeTagged({ [tagKey]: kind, value }: { [tagKey]: string; value: never }): unknown {
  if (!Object.hasOwn(decoders, kind))
    throw new Error(`A checkpoint has a value of the unknown kind ${kind}.`);
  return decoders[kind as TagKind](value); // an own key of decoders
}

/** Own fields whatever the keys are called: `__proto__` is a key like any other. */
function makeRecord(value: unknown): object {
  return Object.fromEntries(decodeValue(value) as [string, unknown][]); // as the encoder wrote it
}

function makeRegExp(value: unknown): RegExp {
  const [source, flags] = decodeValue(value) as [string, string]; // as the encoder wrote it
  return new RegExp(source, flags);
}

function makeTaggedMessage(value: unknown): unknown {
  const [name, fields] = decodeValue(value) as [string, Record<string, unknown>]; // as the encoder wrote it
  return makeMessage(name, fields);
}

/** The constructor would revive plain objects inside the arguments that look like a Send or a Command. */
function makeSend(value: unknown): Send {
  const [node, args, timeout] = decodeValue(value) as [string, unknown, Send['timeout']]; // as the encoder wrote it
  const send = new Send(node, {});
  send.args = args as typeof send.args; // as the encoder wrote it
  if (timeout !== undefined) send.timeout = timeout;
  return send;
}

function makeCommand(value: unknown): Command {
  const [graph, update, resume, goto] = decodeValue(value) as [never, never, never, never]; // as the encoder wrote it
  const command = new Command({ graph, update, resume, goto });
  command.goto = goto;
  return command;
}

function makeError(value: unknown): Error {
  const [name, message, ...cause] = decodeValue(value) as [string, string, ...unknown[]]; // as the encoder wrote it
  const options = cause.length > 0 ? { cause: cause[0] } : undefined;
  const error = new (errorClasses.get(name) ?? Error)(message, options);
  if (error.name !== name) error.name = name;
  error.stack = `${name}: ${message}`;
  return error;
}
