import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { expect, test } from 'vitest';
import type { AiMessage } from '../../src/message.ts';
import { openLangChainClient } from '../../src/model/langchain-client.ts';
import { createProviderChatModel } from '../../src/model/provider-chat-model.ts';
import { toLangChainMessages } from '../../src/model/to-langchain-messages.ts';
import { oneWay } from '../support/one-way.ts';

/** A provider that streams what it thinks as Anthropic does: a block in pieces, its signature last. */
class ThinkingModel extends BaseChatModel {
  override _llmType(): string {
    return 'thinking';
  }

  override _generate(): Promise<ChatResult> {
    throw new Error('this model streams');
  }

  override async *_streamResponseChunks(
    _: BaseMessage[],
    __: this['ParsedCallOptions'],
    ___?: CallbackManagerForLLMRun,
  ) {
    const thought = (block: object) => [{ type: 'thinking', index: 0, ...block }];
    for (const content of [
      thought({ thinking: 'Two hours ' }),
      thought({ thinking: 'are 120.' }),
      thought({ signature: 'c2ln' }),
      'It is 149.',
    ]) {
      const message = new AIMessageChunk({ content: content as string }); // the type of content is a union of many blocks
      yield new ChatGenerationChunk({ message, text: typeof content === 'string' ? content : '' });
    }
  }
}

const options = { name: 'anthropic:thinker', retries: 0, timeoutMs: 5_000, takesNames: false };
const request = {
  role: 'fast',
  agent: { name: 'a', examples: [] },
  system: '',
  messages: [{ type: 'human' as const, id: 'h', content: 'How many?' }],
  tools: [],
  signal: new AbortController().signal,
};

test('what a model thought is kept beside its text, whole, and is not said', async () => {
  const heard: string[] = [];
  const chat = createProviderChatModel(
    oneWay({ open: async () => openLangChainClient(new ThinkingModel({})) }),
    options,
  );
  const reply = await chat(request, (text) => heard.push(text));
  expect(reply.text).toBe('It is 149.');
  expect(heard).toEqual(['It is 149.']);
  expect(reply.reasoning).toEqual({
    of: 'anthropic:thinker',
    blocks: [{ type: 'thinking', thinking: 'Two hours are 120.', signature: 'c2ln' }],
  });
});

test('thoughts go back to the model that had them, and to no other', () => {
  const blocks = [{ type: 'thinking', thinking: 't', signature: 's' }];
  const said: AiMessage = {
    type: 'ai',
    id: 'a',
    name: 'a',
    content: 'Hi',
    tool_calls: [],
    reasoning: { of: 'anthropic:thinker', blocks },
  };
  const sentTo = (to: string) => toLangChainMessages('', [said], { withNames: false, to })[0]?.content;
  expect(sentTo('anthropic:thinker')).toEqual([...blocks, { type: 'text', text: 'Hi' }]);
  expect(sentTo('openai:gpt-4.1')).toBe('Hi');
});
