import type { BaseMessage } from '@langchain/core/messages';
import { concat } from '@langchain/core/utils/stream';
import type { JsonObject } from '../message.ts';

/** The kinds of content blocks that hold what a model thought: Anthropic's two, and LangChain's own. */
const kinds = new Set(['thinking', 'redacted_thinking', 'reasoning']);

/** Gathers the blocks of thought from the pieces of a stream; pieces of one block become one. */
export function gatherReasoning(): { add(chunk: BaseMessage): void; blocks(): JsonObject[] } {
  let gathered: BaseMessage | undefined;
  return {
    add(chunk) {
      if (thoughtsIn(chunk).length === 0) return;
      gathered = gathered ? concat(gathered, chunk) : chunk;
    },
    // a block's place in the stream is no part of it
    blocks: () => (gathered ? thoughtsIn(gathered).map(({ index: _, ...block }) => block) : []),
  };
}

function thoughtsIn({ content }: BaseMessage): JsonObject[] {
  if (typeof content === 'string') return [];
  const blocks = content as unknown as JsonObject[]; // as the provider's JSON had them
  return blocks.filter(({ type }) => typeof type === 'string' && kinds.has(type));
}
