import type { AiMessage, Json, JsonObject, Message, ToolMessage } from '../../message.ts';
import type { EvidencePassage } from '../evidence/read-passages.ts';
import { passagesIn } from './found-passages.ts';
import { isObject, parseJson } from './parse-json.ts';

/** What a call brought, in one shape for every tool. */
export interface Result {
  callId: string;
  tool: string;
  args: JsonObject;
  failed: boolean;
  /** Rows by column; none where the tool brought text. */
  rows: JsonObject[];
  /** How many rows there are in all, which may be more than are here. */
  rowCount: number;
  /** The tool's own words. */
  text: string;
  /** What a search of documents found; absent where the call was none. */
  passages?: EvidencePassage[];
}

/** Reads the answers to calls in a conversation, in order. Answers to transfers are left out. */
export function readResults(messages: Message[]): Result[] {
  return messages.flatMap((message) => {
    if (message.type !== 'tool' || isTransfer(message)) return [];
    return [readResult(message, callOf(message, messages))];
  });
}

export function isTransfer({ name, artifact }: ToolMessage): boolean {
  return name.startsWith('transfer_to_') || (isObject(artifact) && 'transfer' in artifact);
}

export function callOf(
  { tool_call_id }: ToolMessage,
  messages: Message[],
): AiMessage['tool_calls'][number] | undefined {
  const calls = messages.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
  return calls.findLast(({ id }) => id === tool_call_id);
}

function readResult(message: ToolMessage, call: { args: JsonObject } | undefined): Result {
  const data = message.artifact ?? parseJson(message.content);
  const passages = message.status === 'error' ? undefined : passagesIn(data);
  const rows = message.status === 'error' ? [] : rowsOf(data);
  return {
    callId: message.tool_call_id,
    tool: message.name,
    args: call?.args ?? {},
    failed: message.status === 'error',
    rows,
    rowCount: Math.max(rows.length, countOf(data)),
    text: message.content,
    ...(passages && { passages }),
  };
}

/** `{columns, rows}` of a query, a list of things, an object with one such list in it, one thing, or one value. */
function rowsOf(data: Json | undefined): JsonObject[] {
  if (data === undefined || data === null) return [];
  if (Array.isArray(data)) return data.map((item) => (isObject(item) ? item : { value: item }));
  if (!isObject(data)) return typeof data === 'string' ? [] : [{ value: data }];
  const { columns, rows } = data;
  if (Array.isArray(rows)) return rows.map((row) => toRow(row, Array.isArray(columns) ? columns : []));
  const lists = Object.values(data).filter((value) => Array.isArray(value) && value.every(isObject));
  return lists.length === 1 ? rowsOf(lists[0]) : [data];
}

function toRow(row: Json, columns: Json[]): JsonObject {
  if (isObject(row)) return row;
  if (!Array.isArray(row)) return { value: row };
  return Object.fromEntries(row.map((value, index) => [nameOf(columns[index], index), value]));
}

/** Columns come by name, or as objects that have one. */
function nameOf(column: Json | undefined, index: number): string {
  if (typeof column === 'string') return column;
  return isObject(column) && typeof column.name === 'string' ? column.name : `column ${index + 1}`;
}

function countOf(data: Json | undefined): number {
  return isObject(data) && typeof data.rowCount === 'number' ? data.rowCount : 0;
}
