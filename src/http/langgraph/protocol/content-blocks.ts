import { type Citation, citationsOf } from '../../../handoff/citations/citation.ts';
import type { AiMessage, Json, JsonObject } from '../../../message.ts';

export type ContentBlock = { type: string } & JsonObject;

/** A block of a message's content: as it begins, what is added to it, and whole. */
export interface TalkedBlock {
  start: ContentBlock;
  delta?: ContentBlock;
  whole: ContentBlock;
}

/** The blocks of an agent's message: its text, what its model thought, its calls. `heard` text has a block even when it is empty. */
export function blocksOf(message: AiMessage, heard: boolean): TalkedBlock[] {
  const { content, reasoning, tool_calls, invalid_tool_calls = [] } = message;
  const thoughts = (reasoning?.blocks ?? []).map(thoughtOf).filter((text) => text !== '');
  return [
    ...(content || heard ? [textTold(message)] : []),
    ...thoughts.map((thought) => grown('reasoning', 'reasoning', thought)),
    ...tool_calls.map(({ id, name, args }) => ({
      start: { type: 'tool_call_chunk', id, name, args: '' },
      delta: { type: 'block-delta', fields: { type: 'tool_call_chunk', args: JSON.stringify(args) } },
      whole: { type: 'tool_call', id, name, args },
    })),
    ...invalid_tool_calls
      .filter(({ id }) => !tool_calls.some((call) => call.id === id))
      .map(({ id, name, args, error }) => {
        const whole = { type: 'invalid_tool_call', id, name, args, error };
        return { start: whole, whole };
      }),
  ];
}

export function textBlock(text: string): ContentBlock {
  return { type: 'text', text };
}

/** The text of an agent's message, whole: with what it cites. */
export function citedBlock(message: AiMessage): ContentBlock {
  const annotations = citationsOf(message).map(annotationOf);
  return { ...textBlock(message.content), ...(annotations.length > 0 && { annotations }) };
}

function textTold(message: AiMessage): TalkedBlock {
  return { ...grown('text', 'text', message.content), whole: citedBlock(message) };
}

/** A citation as LangChain's content blocks have it; its JavaScript and its Python spell the fields each in their way. */
function annotationOf({ url, title, key, start, end, quote }: Citation): JsonObject {
  return {
    type: 'citation',
    ...(url !== null && { url }),
    title: title ?? key,
    startIndex: start,
    endIndex: end,
    citedText: quote,
    start_index: start,
    end_index: end,
    cited_text: quote,
  };
}

/** A block of text or thought, told in one piece. */
function grown(type: 'text' | 'reasoning', field: string, text: string): TalkedBlock {
  return {
    start: { type, [field]: '' },
    delta: { type: `${type}-delta`, [field]: text },
    whole: { type, [field]: text },
  };
}

/** The words of a thought in the forms that providers give it; none of one that they keep to themselves. */
function thoughtOf({ thinking, reasoning, summary }: JsonObject): string {
  if (typeof thinking === 'string') return thinking;
  if (typeof reasoning === 'string') return reasoning;
  return Array.isArray(summary) ? summary.map(textIn).join('\n') : '';
}

function textIn(part: Json): string {
  const text = part !== null && typeof part === 'object' && !Array.isArray(part) ? part.text : undefined;
  return typeof text === 'string' ? text : '';
}
