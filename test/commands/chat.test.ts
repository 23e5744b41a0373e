import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { type ChatOptions, chat } from '../../src/commands/chat.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';

/** Chats through pipes; gives what was answered, and what was printed. */
async function talk(context: AppContext, lines: string, more: Partial<ChatOptions> = {}) {
  const input = new PassThrough() as unknown as NodeJS.ReadStream; // what a pipe is
  const output = new PassThrough() as unknown as NodeJS.WriteStream; // what a pipe is
  input.end(lines);
  const { signal } = new AbortController();
  const answered = await chat(context, { graph: 'desk', input, output, signal, ...more });
  return { answered, printed: String(output.read()) };
}

test('every line of a pipe is answered, also those that came before the first answer', async () => {
  const context = await openTestContext({ chat: scriptedModel([say('One.'), say('Two.'), say('Three.')]) });
  const { answered, printed } = await talk(context, 'a\n\nb\nc without an end');
  expect(answered).toBe(true);
  expect(printed.match(/One\.|Two\.|Three\./g)).toEqual(['One.', 'Two.', 'Three.']);
});

test('a thread that is no id is refused in words', async () => {
  const context = await openTestContext({ chat: scriptedModel([]) });
  await expect(talk(context, 'a\n', { threadId: 'mine' })).rejects.toMatchObject({
    code: 'invalid-request',
    message: 'A thread\'s id is a UUID, and "mine" is not.',
  });
});
