import { type StateValues, turnMessages } from '../handoff/state.ts';
import { transferIn } from '../handoff/transfer.ts';
import type { AiMessage, Message, Usage } from '../message.ts';
import type { Evidence, TurnEnd } from '../turn-event.ts';

/** How much of a call's result is quoted as evidence, in characters. */
const quoted = 2_000;

/** The event of a turn that came to its answer. */
export function describeEnd({ messages, counts, course }: StateValues, milliseconds: number): TurnEnd {
  const turn = turnMessages(messages);
  const spoken = turn.filter((message): message is AiMessage => message.type === 'ai');
  const answer = spoken.at(-1);
  if (!answer) throw new Error('A turn ended without anybody having spoken.');
  return {
    type: 'turn-end',
    answer,
    path: spoken.map(({ name }) => name).filter((name, at, all) => name !== all[at - 1]),
    evidence: turn.flatMap((message) => evidenceOf(message, spoken)),
    usage: sumUsage(spoken, counts.tokens),
    repairs: course.repairs,
    milliseconds,
  };
}

function evidenceOf(message: Message, spoken: AiMessage[]): Evidence[] {
  if (message.type !== 'tool' || message.status === 'error' || transferIn(message)) return [];
  const speaker = spoken.find(({ tool_calls }) => tool_calls.some(({ id }) => id === message.tool_call_id));
  const call = speaker?.tool_calls.find(({ id }) => id === message.tool_call_id);
  if (!speaker || !call) return [];
  const result = message.content.slice(0, quoted);
  return [
    { agent: speaker.name, tool: message.name, callId: call.id, args: message.args ?? call.args, result },
  ];
}

/** `total` is of all that was asked, of summaries and repairs too. */
function sumUsage(spoken: AiMessage[], total: number): Usage {
  const used = spoken.flatMap(({ usage_metadata: usage }) => (usage ? [usage] : []));
  const sum = (count: (usage: Usage) => number | undefined) =>
    used.reduce((all, usage) => all + (count(usage) ?? 0), 0);
  const cache_read = sum((usage) => usage.input_token_details?.cache_read);
  const reasoning = sum((usage) => usage.output_token_details?.reasoning);
  return {
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    total_tokens: total,
    ...(cache_read > 0 && { input_token_details: { cache_read } }),
    ...(reasoning > 0 && { output_token_details: { reasoning } }),
    ...(used.some(({ estimated }) => estimated) && { estimated: true }),
  };
}
