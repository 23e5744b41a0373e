import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { readCallRecords } from '../db/call-records.ts';
import type { Schema } from '../db/schema.ts';
import { callKey } from '../handoff/run-once.ts';
import type { AiMessage, Message, ToolMessage } from '../message.ts';
import { openCalls } from './turn-input.ts';

/** What is recorded of the calls that nobody answered: a turn was cut short after its tools had worked. */
export async function readRecorded(
  db: Kysely<Schema>,
  threadId: string,
  messages: Message[],
): Promise<ToolMessage[]> {
  const open = openCalls(messages);
  const reply = messages.findLast((message): message is AiMessage => message.type === 'ai');
  if (!reply || open.length === 0) return [];
  const keys = new Map(open.map((call) => [callKey(reply.id, call), call]));
  const records = await readCallRecords(db, threadId, [...keys.keys()]);
  return records.flatMap(({ key, result }) => {
    const call = keys.get(key);
    if (!call || !result) return [];
    return [{ type: 'tool', id: randomUUID(), name: call.name, tool_call_id: call.id, ...result }];
  });
}
