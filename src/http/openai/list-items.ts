import { z } from 'zod';
import type { Run } from '../../db/runs.ts';
import { citationsOf } from '../../handoff/citations/citation.ts';
import { type Content, type JsonObject, type Message, textOf } from '../../message.ts';
import { textAnnotations } from './annotations.ts';
import { approvalIdOf, callItem, messageItem, textContent } from './response-item.ts';

export const listSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100, 'expected at most 100').default(20),
  order: z.enum(['asc', 'desc'], 'expected asc or desc').default('desc'),
  after: z.string().optional(),
});

interface Item {
  id: string;
}

/** A page of items that are given in their order. */
export function pageOf(items: Item[], { limit, order, after }: z.output<typeof listSchema>): object {
  const ordered = order === 'asc' ? items : items.toReversed();
  const rest = ordered.slice(after ? ordered.findIndex(({ id }) => id === after) + 1 : 0);
  const data = rest.slice(0, limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rest.length > data.length,
  };
}

/** What a run was asked, as its row keeps it. */
export function inputItemsOf({ run_id, input }: Run): Item[] {
  const { messages = [], resume } = input as { messages?: Message[]; resume?: unknown }; // what acceptTurn wrote
  const decisions = Object.entries(typeof resume === 'object' && resume !== null ? resume : {});
  return [
    ...itemsOf(messages),
    ...decisions.map(([callId, decided]) => decisionItem(run_id, callId, decided)),
  ];
}

/** Messages as items: each call stands behind the words that it was made with. */
export function itemsOf(messages: Message[]): Item[] {
  const answers = new Map(
    messages.flatMap((message) =>
      message.type === 'tool' ? [[message.tool_call_id, message] as const] : [],
    ),
  );
  return messages.flatMap((message): Item[] => {
    if (message.type === 'human') return [userItem(message.id, message.content)];
    if (message.type !== 'ai') return [];
    const said = message.content
      ? [
          messageItem(message.id, 'completed', [
            textContent(message.content, textAnnotations(citationsOf(message))),
          ]),
        ]
      : [];
    const calls = message.tool_calls.map((call) => {
      const answer = answers.get(call.id);
      const failed = answer?.status === 'error';
      return {
        ...callItem(message.name, call),
        arguments: JSON.stringify(call.args),
        status: answer ? (failed ? 'failed' : 'completed') : 'incomplete',
        output: answer?.content ?? null,
      };
    });
    return [...said, ...calls];
  });
}

function userItem(id: string, content: Content): Item & JsonObject {
  const text = { type: 'input_text', text: textOf(content) };
  return { type: 'message', id: `msg_${id}`, role: 'user', status: 'completed', content: [text] };
}

function decisionItem(runId: string, callId: string, decided: unknown): Item & JsonObject {
  const { decision, reason = null } = decided as { decision?: string; reason?: string }; // what readApprovals makes
  return {
    type: 'mcp_approval_response',
    id: `mcpa_${runId}_${callId}`,
    approval_request_id: approvalIdOf(callId),
    approve: decision === 'accept',
    reason,
  };
}
