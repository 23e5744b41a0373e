import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type AppContext, openContext } from '../../../src/app-context.ts';
import { promote } from '../../../src/commands/eval/promote.ts';
import { promoteThread } from '../../../src/eval/promote/promote-thread.ts';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { openLog } from '../../../src/log.ts';
import { type Json, textOf } from '../../../src/message.ts';
import type { ChatModel } from '../../../src/model/chat-model.ts';
import { ask, watch } from '../../support/ask.ts';
import { testConfig } from '../../support/open-test-context.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { call, say, transfer } from '../../support/scripted-model.ts';
import { root } from '../../support/start-process.ts';
import { agentText, makeProject, type TempProject } from '../../support/temp-project.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { anythingPersonal, plainWords } from './personal.ts';

/** Hands over, notes all that the user said, and answers with it. */
const repeats: ChatModel = async ({ agent, messages }, onText) => {
  const said = textOf(messages.findLast(({ type }) => type === 'human')?.content ?? '');
  if (agent.name === 'triage') return transfer('clerk', { question: said });
  const last = messages.at(-1);
  if (last?.type !== 'tool' || last.name !== 'take_note')
    return call('take_note', { text: said, about: { people: [said], [said.slice(0, 80)]: 1 } });
  onText(said);
  return say(said);
};

const noteTool = `
import { z } from '${import.meta.resolve('zod')}';
import { defineTool } from '${path.join(root, 'src/handoff/define-tool.ts')}';
export const tool = defineTool({
  name: 'take_note', description: 'Notes.', changes: 'nothing',
  parameters: z.object({ text: z.string(), about: z.record(z.string(), z.json()) }),
  run: async () => 'noted',
});`;

let project: TempProject;
let made: TestDatabase;
let context: AppContext;

beforeAll(async () => {
  project = await makeProject({
    'agents/triage.md': agentText('You decide.'),
    'agents/clerk.md': agentText('You note.', 'tools: [take_note]'),
    'graphs/notes.yaml':
      'start: triage\nagents: [triage, clerk]\nhandoffs: { triage: { clerk: { when: always, brief: { question: string } } } }\n',
    'tools/take-note.ts': noteTool,
  });
  made = await makeTestDatabase();
  const config = { ...testConfig('.'), projectDir: project.dir };
  context = await openContext(config, openLog('silent', false), { database: made.database, chat: repeats });
});

afterAll(async () => {
  await context.close(0);
  await made.drop();
  await project.remove();
});

async function talk(texts: string[], metadata: Record<string, Json> = {}): Promise<string> {
  let threadId: string | undefined;
  for (const text of texts) {
    const more = { graph: 'notes', metadata, ...(threadId !== undefined && { threadId }) };
    const ids = await ask(context, text, more);
    await watch(context, ids);
    ({ threadId } = ids);
  }
  return threadId ?? '';
}

test('a thread becomes a case that expects what happened, each line to be checked', async () => {
  const threadId = await talk(['Note that mail goes to ann@firm.example', 'and to ann@firm.example again'], {
    user_name: 'Ann Firmin',
  });
  const { yaml, notes, name } = await promoteThread(context, threadId, { suite: 'notes' });
  expect(parse(yaml).cases[0]).toMatchObject({
    tags: ['promoted'],
    turns: [
      {
        ask: 'Note that mail goes to person1@example.com',
        expect: {
          path: ['triage', 'clerk'],
          calls: [{ take_note: { text: 'Note that mail goes to person1@example.com' } }],
        },
      },
      { ask: 'and to person1@example.com again' },
    ],
  });
  expect(yaml.match(/# check: the agents that spoke/g)).toHaveLength(2);
  expect(notes).toEqual(['1 e-mail address was replaced.']);
  expect(name).toBe(`notes-promoted-${threadId.slice(-12)}`);
});

test('what users said of a turn stands beside it as a comment, scrubbed, and cannot end the comment', async () => {
  const threadId = await talk(['Note this']);
  const run = await context.db
    .selectFrom('baton.run')
    .select(['run_id', 'graph'])
    .where('thread_id', '=', threadId)
    .executeTakeFirstOrThrow();
  const comment = 'Wrong.\r\ncases: []\u2028mail bob@firm.example';
  await context.db
    .insertInto('baton.feedback')
    .values({
      ...run,
      thread_id: threadId,
      message_id: null,
      version: 'v',
      agent: 'clerk',
      key: 'thumb',
      score: -1,
      comment,
      giver_kind: 'key',
      giver: 'k',
    })
    .execute();
  const { yaml } = await promoteThread(context, threadId);
  expect(yaml).toMatch(/# The user said thumb down: Wrong\..*person\d@example\.com/);
  expect(parse(yaml).cases).toHaveLength(1);
});

test('nothing personal of a thread is in its case, as it is written or as it is read', {
  timeout: 120_000,
}, async () => {
  const said = fc.array(fc.tuple(plainWords, anythingPersonal), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 2 }), async (turns) => {
      const planted = turns.flat().map(([, one]) => one);
      const people = planted.filter(({ name }) => name).map(({ text }) => text);
      const texts = turns.map((parts) => parts.map(([words, { text }]) => `${words} ${text}`).join(', '));
      const { yaml } = await promoteThread(context, await talk(texts, { customer: { called: people } }));
      const read = textsIn(parse(yaml)).join('\n');
      for (const { text } of planted)
        for (const seen of [yaml, read]) expect(seen.toLowerCase()).not.toContain(text.toLowerCase());
    }),
    { numRuns: runsOf(20), seed: seedOf(1) },
  );
});

test('the command writes a suite that is read once it is moved, and never writes over one', async () => {
  const threadId = await talk(['Note 4111 1111 1111 1111: "quoted", #no comment, - no item\n\tand a tab']);
  const output = new PassThrough({ encoding: 'utf8' });
  await promote(context, { thread: threadId }, output);
  const file = `promoted-${threadId.slice(-12)}.yaml`;
  const yaml = await readFile(path.join(project.dir, 'evals/proposed', file), 'utf8');
  expect(String(output.read())).toContain('1 payment card was replaced.');
  await expect(promote(context, { thread: threadId }, output)).rejects.toThrow(/is there already/);

  expect((await readSuites(project.dir)).suites).toEqual([]);
  await writeFile(path.join(project.dir, 'evals', file), yaml);
  const { suites, problems } = await readSuites(project.dir);
  expect(problems).toEqual([]);
  expect(suites[0]?.cases[0]?.turns[0]?.expect).toMatchObject({ path: { any: [['triage', 'clerk']] } });
});

test('a thread that is not there, and one in which nothing is over, make no case', async () => {
  await expect(promoteThread(context, '01a00000-0000-7000-8000-00000000000a')).rejects.toThrow(/no thread/);
  const output = new PassThrough();
  await expect(promote(context, { thread: '../../etc/passwd' }, output)).rejects.toThrow(/is a UUID/);
  await expect(
    promote(context, { thread: '01a00000-0000-7000-8000-00000000000a', suite: '../x' }, output),
  ).rejects.toThrow(/letters, digits/);
});

function textsIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}
