import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { AppContext } from '../../../src/app-context.ts';
import { sweepAnswers } from '../../../src/db/cached-answers.ts';
import { asService, inTenant } from '../../../src/tenancy.ts';
import type { TurnRequest } from '../../../src/turn/turn-request.ts';
import type { TurnEnd } from '../../../src/turn-event.ts';
import { ask, watch } from '../../support/ask.ts';
import { openTestContext } from '../../support/open-test-context.ts';
import { call, reply, type Step, say, scriptedModel } from '../../support/scripted-model.ts';

const read = (page = 'keys') => call('read_page', { page });

/** A context whose model says these things, and how turns on it end. */
async function open(...steps: Step[]) {
  const chat = scriptedModel(steps);
  const context = await openTestContext({ project: 'test/fixtures/answers', chat });
  return {
    chat,
    context,
    turn: (question: string, more?: Partial<TurnRequest>) => endOf(context, question, more),
  };
}

async function endOf(
  context: AppContext,
  question: string,
  more: Partial<TurnRequest> = {},
): Promise<TurnEnd> {
  const events = await watch(context, await ask(context, question, { graph: 'exact', ...more }));
  const last = events.at(-1);
  if (last?.type !== 'turn-end') throw new Error(`The turn ended with ${JSON.stringify(last)}.`);
  return last;
}

function cacheOf({ answer }: TurnEnd) {
  return answer.response_metadata?.cache;
}

/** As every change of a document does. */
async function changeKnowledge({ db }: AppContext): Promise<void> {
  await inTenant('local', () =>
    sql`insert into baton.knowledge_version as known (version) values (1)
    on conflict (tenant_id) do update set version = known.version + 1`.execute(db),
  );
}

test('a question that was answered from documents is answered again without a model, and the answer says so', async () => {
  const { chat, context, turn } = await open(read(), say('With "key create".'));
  const first = await turn('How are keys made?');
  const events = await watch(context, await ask(context, ' how  are keys MADE? ', { graph: 'exact' }));
  const second = events.at(-1) as TurnEnd;
  chat.done();
  expect(cacheOf(first)).toBeUndefined();
  expect(second.answer.content).toBe('With "key create".');
  expect(cacheOf(second)).toEqual({
    answers: 'exact',
    similarity: 1,
    answered_at: expect.stringMatching(/^20.*Z$/),
  });
  expect(second.answer.id).not.toBe(first.answer.id);
  expect(second).toMatchObject({ path: ['guide'], evidence: [], usage: { total_tokens: 0 } });
  expect(events.map(({ type }) => type)).toEqual([
    'turn-start',
    'checkpoint',
    'checkpoint',
    'agent-start',
    'text-delta',
    'step-end',
    'checkpoint',
    'turn-end',
  ]);
});

test('a thread goes on after an answer that was given again, and what is asked then is not', async () => {
  const { chat, context, turn } = await open(read(), say('With "key create".'), read(), say('As I said.'));
  await turn('How are keys made?');
  const ids = await ask(context, 'How are keys made?', { graph: 'exact' });
  await watch(context, ids);
  const next = await turn('How are keys made?', { threadId: ids.threadId });
  chat.done();
  expect(next.answer.content).toBe('As I said.');
  expect(chat.requests.at(-1)?.messages.map(({ content }) => content)).toContain('With "key create".');
});

test('a changed document empties it', async () => {
  const { chat, context, turn } = await open(read(), say('Old.'), read(), say('New.'));
  await turn('How are keys made?');
  await changeKnowledge(context);
  expect((await turn('How are keys made?')).answer.content).toBe('New.');
  expect((await turn('How are keys made?')).answer.content).toBe('New.');
  chat.done();
});

test('an answer is not kept when a document changed during its turn', async () => {
  let context: AppContext | undefined;
  const late = async () => {
    if (context) await changeKnowledge(context);
    return say('Old.');
  };
  const opened = await open(read(), late, read(), say('New.'));
  ({ context } = opened);
  await opened.turn('How are keys made?');
  expect((await opened.turn('How are keys made?')).answer.content).toBe('New.');
  opened.chat.done();
});

test('an answer that rests on anything but documents, or is not whole, is not kept', async () => {
  const cases: Record<string, Step[]> = {
    'no call': [say('Hello.')],
    'a tool that is not steady': [call('read_clock'), say('Noon.')],
    'two tools, one of them not steady': [read(), call('read_clock'), say('Noon.')],
    'a failed call': [read('missing'), say('I do not know.')],
    'cut off': [read(), reply({ text: 'With', stop: 'length' })],
  };
  const { chat, turn } = await open(...Object.values(cases).flatMap((steps) => [...steps, ...steps]));
  for (const question of Object.keys(cases)) {
    await turn(question);
    expect(cacheOf(await turn(question)), question).toBeUndefined();
  }
  chat.done();
});

test('a graph that does not say so keeps no answers', async () => {
  const { chat, context, turn } = await open(read(), say('One.'), read(), say('Two.'));
  await turn('How are keys made?', { graph: 'plain' });
  expect((await turn('How are keys made?', { graph: 'plain' })).answer.content).toBe('Two.');
  chat.done();
  expect(await context.db.selectFrom('baton.cached_answer').selectAll().execute()).toEqual([]);
});

test('answers belong to a graph, to what the caller said about the situation, and to the tenant', async () => {
  const steps = ['One.', 'Two.', 'Three.', 'Four.'].flatMap((text) => [read(), say(text)]);
  const { chat, context, turn } = await open(...steps);
  const { db } = context;
  await asService(() => db.insertInto('baton.tenant').values({ tenant_id: 'acme', name: 'Acme' }).execute());
  await turn('How are keys made?');
  const others = [
    await turn('How are keys made?', { graph: 'semantic' }),
    await turn('How are keys made?', { config: { context: { plan: 'free' } } }),
    await inTenant('acme', () => turn('How are keys made?')),
  ];
  expect(others.map(({ answer }) => answer.content)).toEqual(['Two.', 'Three.', 'Four.']);
  const again = await inTenant('acme', () => turn('How are keys made?'));
  expect(again.answer.content).toBe('Four.');
  chat.done();
});

test('a question that means the same is given the answer where the graph says so', async () => {
  const { chat, turn } = await open(read(), say('With "key create".'));
  const graph = 'semantic';
  await turn('How do I make an API key for my tenant?', { graph });
  const near = await turn('How do I make API keys for my tenant?', { graph });
  expect(near.answer.content).toBe('With "key create".');
  expect(cacheOf(near)).toMatchObject({ answers: 'semantic', similarity: expect.closeTo(0.9, 1) });
  chat.done();
});

test('a near question that means something else is answered anew', async () => {
  const cases: [string, string][] = [
    ['How do I make 2 API keys for my tenant?', 'How do I make 3 API keys for my tenant?'],
    ['Do API keys of my tenant work with a role?', 'Do API keys of my tenant work without a role?'],
    ['How do I rotate a secret of my tenant?', 'Where is the audit log kept?'],
    ['Does premium include more than basic?', 'Does basic include more than premium?'],
    ['Do the rules of my plan hold in Germany?', 'Do the rules of my plan hold in Austria?'],
  ];
  const steps = cases.flatMap(() => [read(), say('One.'), read(), say('Other.')]);
  const { chat, turn } = await open(...steps);
  for (const [one, other] of cases) {
    await turn(one, { graph: 'semantic' });
    expect((await turn(other, { graph: 'semantic' })).answer.content, other).toBe('Other.');
  }
  chat.done();
});

test('what is kept too long, or of a knowledge that has changed, is swept', async () => {
  const { context, turn } = await open(...['a', 'b', 'c'].flatMap((text) => [read(), say(text)]));
  const { db } = context;
  await turn('A?');
  await changeKnowledge(context);
  await turn('B?');
  await turn('C?');
  const of = (answer: string) => sql<boolean>`message->>'content' = ${answer}`;
  await db
    .updateTable('baton.cached_answer')
    .set({ expires_at: new Date(0) })
    .where(of('b'))
    .execute();
  await sweepAnswers(db);
  const left = await db.selectFrom('baton.cached_answer').select('message').execute();
  expect(left.map(({ message }) => message.content)).toEqual(['c']);
});

test('characters that a database refuses are no reason to lose a turn', async () => {
  const { turn } = await open(read(), say('A \u0000 and \ud800.'));
  const first = await turn('What about \u0000 and \ud800?', { graph: 'semantic' });
  expect(first.answer.content).toContain('A ');
});
