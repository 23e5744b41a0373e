import { expect, test } from 'vitest';
import { eventPrinter } from '../../../src/commands/print-event.ts';
import { blocksOf } from '../../../src/http/langgraph/protocol/content-blocks.ts';
import { protocolMessage } from '../../../src/http/langgraph/protocol/protocol-values.ts';
import { openToldText } from '../../../src/http/openai/told-text.ts';
import type { AiMessage } from '../../../src/message.ts';

const content = 'Seven days [1]. It is free [1].';
const citation = {
  id: 'p-0000000001',
  marker: 1,
  title: 'Returns',
  url: null,
  document_id: 'd',
  key: 'returns.md',
  pages: { from: 2, to: 3 },
  section: 'Deadlines',
  quote: 'within seven days',
};
const answer: AiMessage = {
  type: 'ai',
  id: 'm',
  name: 'a',
  content,
  tool_calls: [],
  response_metadata: {
    citations: [
      { ...citation, at: 11, start: 0, end: 15 },
      { ...citation, at: 27, start: 16, end: 31 },
    ],
  },
};
const annotation = {
  type: 'citation',
  title: 'Returns',
  startIndex: 0,
  endIndex: 15,
  citedText: 'within seven days',
};

test('the thread protocol has the citations on the text’s block, as LangChain’s content blocks have them', () => {
  expect(blocksOf(answer, true)[0]?.whole).toMatchObject({
    type: 'text',
    text: content,
    annotations: [annotation, {}],
  });
  expect(protocolMessage(answer).content).toMatchObject([
    { type: 'text', text: content, annotations: [annotation, {}] },
  ]);
  const plain = { ...answer, id: 'n', response_metadata: {} };
  expect(blocksOf(plain, true)[0]?.whole).toEqual({ type: 'text', text: content });
  expect(protocolMessage(plain).content).toBe(content);
});

test('the terminal lists each source once below the answer', () => {
  let printed = '';
  const output = {
    isTTY: false,
    write: (text: string) => (printed += text),
  } as unknown as NodeJS.WriteStream; // all that is used
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const end = { type: 'turn-end', answer, path: ['a'], evidence: [], usage, milliseconds: 1 };
  const repairs = { loop: 0, limit: 0, promise: 0, empty: 0, brief: 0, citation: 0 };
  eventPrinter(output, 't')({ ...end, type: 'turn-end', repairs, seq: 1, runId: 'r', threadId: 't', at: 0 });
  expect(printed.match(/\[1\].*/g)).toEqual(['[1] Returns · Deadlines · pages 2–3']);
});

test('places in a streamed completion count from the beginning of what was streamed', () => {
  const told = openToldText();
  const texts = [
    told.add({ type: 'begin', item: 'x' }),
    told.add({ type: 'say', item: 'x', text: 'Hello.' }),
    told.add({ type: 'begin', item: 'y' }),
    told.add({ type: 'say', item: 'y', text: content }),
    told.add({ type: 'end', item: 'y', text: content, complete: true, citations: [] }),
  ];
  expect(texts.join('').slice(told.placeOf(content))).toBe(content);
});
