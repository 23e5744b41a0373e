import { types } from 'node:util';
import { BaseMessage } from '@langchain/core/messages';
import { Command, Overwrite, Send } from '@langchain/langgraph';
import { DeltaSnapshot } from '@langchain/langgraph-checkpoint';
import type { Json } from '../message.ts';
import { takeMessageApart } from './message-classes.ts';
import { tagged, tagKey } from './value-tag.ts';

/**
 * A value as JSON that `decodeValue` turns into an equal one. Its texts are fit for jsonb: a string with
 * NUL or half a surrogate pair is tagged, like everything else that JSON or jsonb cannot hold.
 *
 * An object of another class becomes what its `toJSON` gives, or a plain object of its own fields.
 * Throws a `TypeError` for functions, symbols and typed arrays other than bytes.
 */
export function encodeValue(value: unknown): Json {
  switch (typeof value) {
    case 'string':
      return isFitText(value) ? value : tagged('text', Buffer.from(value, 'utf16le').toString('base64'));
    case 'number':
      return isFitNumber(value) ? value : tagged('number', Object.is(value, -0) ? '-0' : String(value));
    case 'boolean':
      return value;
    case 'undefined':
      return tagged('undefined', null);
    case 'bigint':
      return tagged('bigint', String(value));
    case 'object':
      return value === null ? null : encodeObject(value);
    default:
      throw new TypeError(`A ${typeof value} cannot be saved in a checkpoint.`);
  }
}

function encodeObject(value: object): Json {
  if (Array.isArray(value)) return Array.from(value, encodeValue);
  return encodeBuiltIn(value) ?? encodeGraphValue(value) ?? encodeOther(value);
}

function encodeBuiltIn(value: object): Json | undefined {
  if (types.isDate(value)) return tagged('date', Number.isNaN(value.getTime()) ? null : value.getTime());
  if (types.isMap(value)) return tagged('map', Array.from(value, encodeEntry));
  if (types.isSet(value)) return tagged('set', Array.from(value, encodeValue));
  if (types.isRegExp(value)) return tagged('regexp', [value.source, value.flags].map(encodeValue));
  if (types.isUint8Array(value)) return tagged('bytes', Buffer.from(value).toString('base64'));
  if (types.isNativeError(value)) return tagged('error', encodeError(value));
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    throw new TypeError(`A ${value.constructor.name} cannot be saved in a checkpoint.`);
  }
  return undefined;
}

/** Instances only: a plain object that looks like one of these stays a plain object. */
function encodeGraphValue(value: object): Json | undefined {
  if (value instanceof BaseMessage) return tagged('message', takeMessageApart(value).map(encodeValue));
  if (value instanceof Send) {
    return tagged('send', [value.node, value.args, value.timeout].map(encodeValue));
  }
  if (value instanceof Command) {
    return tagged('command', [value.graph, value.update, value.resume, value.goto].map(encodeValue));
  }
  if (value instanceof Overwrite) return tagged('overwrite', encodeValue(value.value));
  if (value instanceof DeltaSnapshot) return tagged('snapshot', encodeValue(value.value));
  return undefined;
}

/** Without the stack, which would tell a later reader about a process that is gone. */
function encodeError(error: Error): Json {
  const cause = 'cause' in error ? [encodeValue(error.cause)] : [];
  return [encodeValue(error.name), encodeValue(error.message), ...cause];
}

function encodeOther(value: object): Json {
  if ('toJSON' in value && typeof value.toJSON === 'function') return encodeValue(value.toJSON());
  const entries = Object.entries(value);
  if (!entries.every(([key]) => isFitKey(key))) return tagged('record', entries.map(encodeEntry));
  return Object.fromEntries(entries.map(([key, field]) => [key, encodeValue(field)]));
}

function encodeEntry([key, value]: [unknown, unknown]): Json {
  return [encodeValue(key), encodeValue(value)];
}

/** Whether an object may have the key, rather than being stored as a list of entries. */
export function isFitKey(key: string): boolean {
  return key !== tagKey && key !== '__proto__' && isFitText(key);
}

function isFitText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function isFitNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}
