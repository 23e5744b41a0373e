import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, Message } from '../../../src/message.ts';
import type { ChatReply, ChatRequest, Example, ToolSpec } from '../../../src/model/chat-model.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { createOfflineModel } from '../../../src/model/offline/create-offline-model.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

const model = createOfflineModel(createLocalEmbedder());

const decline = 'Our handbook does not tell.';
const citing = `You answer from the handbook.\n\n# Citing\n\nIf the passages do not tell, say this and nothing from elsewhere: ${decline}`;
const passages = [
  {
    id: 'p-00000000a1',
    title: 'Letters',
    section: 'Mail > Codes',
    page: 3,
    text: 'A letter with a code is sent to your home address. The letter takes five to ten days to arrive. Codes expire after thirty days.',
  },
  {
    id: 'p-00000000b2',
    title: 'Keys',
    text: 'A security key is a small device that you plug in. Each account may have five security keys.',
  },
];
const asked = 'How many days does the letter take to arrive?';
const sentence = 'The letter takes five to ten days to arrive [p-00000000a1].';

const examples: Example[] = [
  { ask: 'Good morning', answer: 'Good morning! Ask me about the handbook.' },
  { ask: 'How do I {topic}?', calls: [{ look_up: { query: '{question}' } }] },
];
const lookUp: ToolSpec = {
  name: 'look_up',
  description: 'Looks in the handbook',
  parameters: { type: 'object', properties: { query: { type: 'string' } } },
};
const toWriter: ToolSpec = {
  name: 'transfer_to_writer',
  description: 'Hand the conversation over to writer: passages were found, write the answer',
  parameters: { type: 'object', properties: { findings: { type: 'string' } }, required: ['findings'] },
  transfer: { to: 'writer', asks: [] },
};

const clerk = { name: 'clerk', examples, tools: [lookUp], system: citing };
const finder = { name: 'finder', examples, tools: [lookUp, toWriter], system: citing };
const writer = { name: 'writer', examples: [], tools: [], system: citing };

async function ask(who: typeof clerk, messages: Message[]): Promise<ChatReply> {
  const { name, examples, tools, system } = who;
  const { signal } = new AbortController();
  const request: ChatRequest = { role: 'fast', agent: { name, examples }, system, messages, tools, signal };
  return model(request, () => undefined);
}

function human(content: string, id = 'h'): Message {
  return { type: 'human', id, content };
}

function found(list: Json[], { tool = 'look_up', by = 'clerk', query = asked, id = 'c1' } = {}): Message[] {
  const content = JSON.stringify({ passages: list });
  return [
    { type: 'ai', id: `a-${id}`, name: by, content: '', tool_calls: [{ id, name: tool, args: { query } }] },
    { type: 'tool', id: `t-${id}`, name: tool, tool_call_id: id, status: 'success', content },
  ];
}

function moved(to: string, brief: JsonObject): Message[] {
  const name = `transfer_to_${to}`;
  return [
    { type: 'ai', id: 'am', name: 'finder', content: '', tool_calls: [{ id: 'm1', name, args: brief }] },
    {
      type: 'tool',
      id: 'tm',
      name,
      tool_call_id: 'm1',
      status: 'success',
      content: 'It has the conversation now.',
      artifact: { transfer: { from: 'finder', to, brief } },
    },
  ];
}

function withheld(said: string, faults: string[]): Message[] {
  const told = [
    'Your answer was withheld: not everything in it rests on the passages.',
    ...faults,
    '',
    'Answer again.',
  ];
  return [
    { type: 'ai', id: 'w', name: 'clerk', content: said, tool_calls: [] },
    human(told.join('\n'), 'w-nudge'),
  ];
}

describe('an agent that searches', () => {
  test('searches for what its examples have no words for, as its prompt is about documents', async () => {
    const { calls } = await ask(clerk, [human('¿Cuántos días tarda la carta?')]);
    expect(calls).toMatchObject([{ name: 'look_up', args: { query: '¿Cuántos días tarda la carta?' } }]);
  });

  test('does not where no document has to be cited', async () => {
    const { calls, text } = await ask({ ...clerk, system: 'You are a clerk.' }, [human(asked)]);
    expect(calls).toEqual([]);
    expect(text).toContain('offline model');
  });

  test('does not take another tool for a search because it is given the question', async () => {
    const ticket = { ...lookUp, name: 'open_ticket', parameters: { type: 'object', properties: {} } };
    const desk = {
      ...clerk,
      tools: [ticket],
      examples: [{ ask: 'I want a person', calls: [{ open_ticket: { summary: '{question}' } }] }],
    };
    expect((await ask(desk, [human('How do I cancel my newspaper?')])).calls).toEqual([]);
  });

  test('greets as before, and searches for nothing', async () => {
    const { calls, text } = await ask(clerk, [human('good morning')]);
    expect(calls).toEqual([]);
    expect(text).toBe('Good morning! Ask me about the handbook.');
  });

  test('answers in the sentence of a passage, with its id, whatever the tool is called', async () => {
    for (const tool of ['look_up', 'search_knowledge', 'handbook']) {
      const { text, calls } = await ask(clerk, [human(asked), ...found(passages, { tool })]);
      expect(calls).toEqual([]);
      expect(text).toBe(sentence);
    }
  });

  test('takes the passages from the data beside the result, where a guard changed its text', async () => {
    const [call, result] = found(passages);
    if (!call || result?.type !== 'tool') throw new Error('a search is a call and its result');
    const artifact = { query: asked, passages: passages.map((one) => ({ ...one, headings: ['Mail'] })) };
    const guarded = { ...result, content: `[Beware.]\n${result.content}`, artifact };
    expect((await ask(clerk, [human(asked), call, guarded])).text).toBe(sentence);
  });

  test('declines in the words of its prompt', async () => {
    const question = 'How do I cancel my newspaper?';
    expect((await ask(clerk, [human(question), ...found(passages, { query: question })])).text).toBe(decline);
  });

  test('declines in its own words where the prompt has none', async () => {
    const mute = { ...clerk, system: '' };
    const question = 'How do I cancel my newspaper?';
    const { text } = await ask(mute, [human(question), ...found(passages, { query: question })]);
    expect(text).toBe('I do not find that in the documents.');
  });

  test('searches once more with the words that say something, and then declines', async () => {
    const question = 'How do I cancel my newspaper?';
    const once = [human(question), ...found([], { query: question })];
    const { calls } = await ask(clerk, once);
    expect(calls).toMatchObject([{ name: 'look_up', args: { query: 'cancel newspaper' } }]);
    const twice = [...once, ...found([], { query: 'cancel newspaper', id: 'c2' })];
    expect(await ask(clerk, twice)).toMatchObject({ calls: [], text: decline });
  });

  test('answers the question of this turn from the passages of this turn', async () => {
    const earlier = [human('What is a security key?', 'h0'), ...found(passages, { id: 'c0' })];
    const said: Message = { type: 'ai', id: 'a0', name: 'clerk', content: 'A key.', tool_calls: [] };
    const later = [human(asked), ...found([passages[1] ?? {}])];
    expect((await ask(clerk, [...earlier, said, ...later])).text).toBe(decline);
  });
});

describe('an agent that hands over to one that writes', () => {
  test('tells it the sentences with their ids, and no other evidence', async () => {
    const { calls } = await ask(finder, [human(asked), ...found(passages, { by: 'finder' })]);
    expect(calls).toMatchObject([{ name: 'transfer_to_writer', args: { findings: sentence } }]);
  });

  test('which says them as they are', async () => {
    const turn = [
      human(asked),
      ...found(passages, { by: 'finder' }),
      ...moved('writer', { findings: sentence }),
    ];
    expect((await ask(writer, turn)).text).toBe(sentence);
    expect((await ask(writer, [human(`findings: ${sentence}`)])).text).toBe(sentence);
  });

  test('or that there are none', async () => {
    const turn = [human('Why?'), ...found([], { by: 'finder' }), ...moved('writer', { findings: decline })];
    expect((await ask(writer, turn)).text).toBe(decline);
  });

  test('which answers from the passages itself where it was told nothing', async () => {
    const turn = [human(asked), ...found(passages, { by: 'finder' }), ...moved('writer', {})];
    expect((await ask(writer, turn)).text).toBe(sentence);
  });
});

describe('an answer that was withheld', () => {
  test('is given without what was refused', async () => {
    const fault =
      '- The passages that are cited do not say this: "The letter takes five to ten days to arrive."';
    const turn = [human(asked), ...found(passages), ...withheld(sentence, [fault])];
    const { text, calls } = await ask(clerk, turn);
    expect(calls).toEqual([]);
    expect(text).not.toContain('five to ten');
  });

  test('by the writer too, who declines when nothing is left', async () => {
    const fault = '- This cites nothing: "The letter takes five to ten days to arrive."';
    const turn = [human(asked), ...moved('writer', { findings: sentence }), ...withheld(sentence, [fault])];
    expect((await ask(writer, turn)).text).toBe(decline);
  });
});

test('every sentence that it writes ends with a citation, and stands in the passage that it cites', async () => {
  const words = [
    'The letter',
    'A key',
    'takes',
    'is',
    'five',
    'days',
    'not',
    'sent',
    'U.S.',
    'Dr. Ames',
    '3.5',
    'home',
  ];
  const piece = fc
    .array(fc.constantFrom(...words), { minLength: 2, maxLength: 9 })
    .chain((list) => fc.constantFrom('.', '!', '?', '."', '', ':').map((end) => `${list.join(' ')}${end}`));
  const passage = fc.record({
    id: fc.stringMatching(/^p-[0-9a-f]{10}$/),
    text: fc.array(piece, { maxLength: 5 }).map((list) => list.join(' ')),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(passage, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
      piece,
      async (list, question) => {
        const { text } = await ask(clerk, [human(`How many ${question}`), ...found(list)]);
        if (text === decline) return;
        const sentences = text.split(/(?<=\[p-[0-9a-f]{10}\][.!])\s/);
        expect(sentences.length).toBeLessThanOrEqual(3);
        for (const one of sentences) {
          const [, said = '', id = ''] = /^(.+) \[(p-[0-9a-f]{10})\][.!]$/s.exec(one) ?? [];
          expect(list.find((each) => each.id === id)?.text).toContain(said);
          expect(said).not.toBe('');
        }
      },
    ),
    { numRuns: runsOf(200), seed: seedOf(1) },
  );
});
