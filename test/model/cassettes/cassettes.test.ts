import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Message, textOf } from '../../../src/message.ts';
import { CassetteMissError } from '../../../src/model/cassettes/cassette-miss-error.ts';
import { openCassettes } from '../../../src/model/cassettes/open-cassettes.ts';
import { atPlace, type Place } from '../../../src/model/cassettes/place.ts';
import { type ChatModel, type ChatRequest, ModelError } from '../../../src/model/chat-model.ts';
import { call, reply, say, scriptedModel } from '../../support/scripted-model.ts';
import { ask, filesIn, here, makeFolder, models, noModel } from './open-test-tapes.ts';
import { requestOf } from './request-of.ts';

const both = reply({
  text: 'One moment.\n\n Looking  it up.',
  calls: [{ id: 'c1', name: 'run_sql', args: { sql: 'select 1', b: 1, a: 2 } }],
  invalidCalls: [{ id: 'c2', name: 'run_sql', args: '{"sql":', error: 'not JSON' }],
  reasoning: { of: 'openai:gpt-test', blocks: [{ type: 'reasoning', text: 'hm' }] },
  servedBy: { provider: 'openai', model: 'gpt-test', key: 'key-7' },
  stop: 'calls',
});

test('what was recorded is given again, whole, with new ids of calls, and the model is not asked', async () => {
  const dir = await makeFolder();
  await ask({ dir, mode: 'record' }, scriptedModel([both]), requestOf());

  const cassettes = openCassettes({ dir, mode: 'replay', place: () => here });
  const heard: string[] = [];
  const given = await cassettes.wrap(noModel, models)(requestOf(), (text) => heard.push(text));

  const withoutIds = (one: typeof both) => ({
    ...one,
    calls: one.calls.map(({ id: _, ...rest }) => rest),
    invalidCalls: one.invalidCalls.map(({ id: _, ...rest }) => rest),
    servedBy: { provider: 'openai', model: 'gpt-test' },
  });
  expect(withoutIds(given)).toEqual(withoutIds(both));
  expect(Object.keys(given.calls[0]?.args ?? {})).toEqual(['sql', 'b', 'a']);
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.join('')).toBe(both.text);
  const ids = [...given.calls, ...given.invalidCalls].map(({ id }) => id);
  expect(new Set([...ids, 'c1', 'c2']).size).toBe(4);
  expect(cassettes.misses(here)).toEqual([]);
});

test('the key does not hold what is another in every run: ids of messages and calls, uuids, marks', async () => {
  const dir = await makeFolder();
  const talk = (id: string, uuid: string, mark: string): Message[] => [
    { type: 'human', id: `h-${id}`, content: `Open ticket ${uuid}` },
    {
      type: 'ai',
      id: `a-${id}`,
      name: 'desk',
      content: '',
      tool_calls: [{ id, name: 'look', args: { ticket: uuid } }],
    },
    {
      type: 'tool',
      id: `t-${id}`,
      name: 'look',
      tool_call_id: id,
      status: 'success',
      content: `{"ticket":"${uuid}"}`,
    },
    { type: 'human', id: `n-${id}`, content: `<narration ${mark}>\n${uuid} is open.\n</narration ${mark}>` },
  ];
  const first = '0b54ae52-7a4c-4f5d-9b0e-0b8f0d1f5a11';
  const second = '91a3f8a4-6c3e-4b0a-8a49-7d0f4ab1c0de';
  const live = scriptedModel([
    reply({ text: `It is ${first}.`, calls: [{ id: 'x', name: 'close', args: { ticket: first } }] }),
  ]);
  await ask({ dir, mode: 'record' }, live, requestOf({ messages: talk('call_1', first, '0123456789ab') }));

  const [again] = await ask(
    { dir, mode: 'replay' },
    noModel,
    requestOf({ messages: talk('call_9', second, 'ba9876543210') }),
  );

  expect(again).toMatchObject({ text: `It is ${second}.`, calls: [{ args: { ticket: second } }] });
});

test('two ids that were one are another request', async () => {
  const dir = await makeFolder();
  const [one, two] = ['0b54ae52-7a4c-4f5d-9b0e-0b8f0d1f5a11', '91a3f8a4-6c3e-4b0a-8a49-7d0f4ab1c0de'];
  await ask({ dir, mode: 'record' }, scriptedModel([say('same')]), requestOf({ system: `${one} ${one}` }));
  await expect(ask({ dir, mode: 'replay' }, noModel, requestOf({ system: `${one} ${two}` }))).rejects.toThrow(
    CassetteMissError,
  );
});

test('secrets are on no tape and in no key', async () => {
  const dir = await makeFolder();
  const secretive = (key: string) =>
    requestOf({ system: `Use https://me:${key}@host.test and Bearer ${key}${key}.` });
  const live = scriptedModel([
    reply({
      text: 'It is sk-live-1234567890.',
      calls: [{ id: 'c', name: 'get', args: { url: 'https://u:p@h.test' } }],
    }),
  ]);
  await ask({ dir, mode: 'record' }, live, secretive('sk-first-1234567890'));

  const [given] = await ask({ dir, mode: 'replay' }, noModel, secretive('sk-second-987654321'));

  const [text = ''] = Object.values(await filesIn(dir));
  expect(text).not.toMatch(/first-123|live-123|u:p@/);
  expect(given?.text).toBe('It is sk-[redacted].');
  expect(given?.calls[0]?.args).toEqual({ url: 'https://[redacted]@h.test' });
});

test.each([
  [
    'the sentence that is another',
    { system: 'You decide who answers. Counting goes to search.' },
    'The system prompt of triage says “Counting goes to search.” where “Counting goes to sql.” was recorded.',
  ],
  [
    'a sentence more',
    { system: 'You decide who answers. Counting goes to sql. Be brief.' },
    'The system prompt of triage says “Be brief.”, which was not there when it was recorded.',
  ],
  [
    'a sentence less',
    { system: 'You decide who answers.' },
    'The system prompt of triage does not say “Counting goes to sql.” any more.',
  ],
  [
    'white space alone',
    { system: 'You decide who answers.\nCounting goes to sql.' },
    'The system prompt of triage has the same sentences in another order, or other white space.',
  ],
  [
    'a message',
    { messages: [{ type: 'human' as const, id: 'h1', content: 'How many actors?' }] },
    'Message 1 is “How many actors?” of the user where “How many films?” of the user was recorded.',
  ],
  [
    'tools',
    { tools: [{ name: 'search', description: 'Searches.', parameters: { type: 'object' } }] },
    'Of the tools search is new, run_sql is gone.',
  ],
  [
    'a tool that changed',
    { tools: [{ name: 'run_sql', description: 'Runs one query.', parameters: { type: 'object' } }] },
    'Of the tools run_sql is declared differently.',
  ],
  ['settings', { maxTokens: 100 }, 'The setting maxTokens is 100 where nothing was recorded.'],
  [
    'the role and its model',
    { role: 'careful' },
    'The role is careful where fast was recorded; the model is openai:gpt-careful where openai:gpt-test was recorded.',
  ],
])('a divergence names what differs: %s', async (_, part, why) => {
  const dir = await makeFolder();
  await ask({ dir, mode: 'record' }, scriptedModel([say('sql')]), requestOf());

  const cassettes = openCassettes({ dir, mode: 'replay', place: () => here });
  const asked = cassettes.wrap(noModel, models)(requestOf(part), () => undefined);

  const miss = { agent: 'triage', ordinal: 0, kind: 'divergence', why };
  await expect(asked).rejects.toMatchObject({ name: 'CassetteMissError', miss });
  await expect(asked).rejects.not.toBeInstanceOf(ModelError);
  expect(cassettes.misses(here)).toEqual([miss]);
  expect(cassettes.misses({ ...here, repeat: 1 })).toEqual([]);
});

test.each([
  ['a case', { case: 'other' }, {}, 'Nothing was recorded for case other of films.'],
  ['a repeat', { repeat: 4 }, {}, 'Repeat 5 of case count was not recorded.'],
  [
    'an agent',
    {},
    { agent: { name: 'sql', examples: [] } },
    'sql asked nothing when case count was recorded.',
  ],
])('%s of which nothing was recorded is new', async (_, at, part, why) => {
  const dir = await makeFolder();
  await ask({ dir, mode: 'record' }, scriptedModel([say('sql')]), requestOf());
  const asked = ask({ dir, mode: 'replay', at: { ...here, ...at } }, noModel, requestOf(part));
  await expect(asked).rejects.toMatchObject({ miss: { kind: 'new', why } });
});

test('the same request has its replies in their order, and one more is a miss', async () => {
  const dir = await makeFolder();
  const twice = [requestOf(), requestOf()];
  await ask({ dir, mode: 'record' }, scriptedModel([say('first'), say('second')]), ...twice);

  const cassettes = openCassettes({ dir, mode: 'replay', place: () => here });
  const wrapped = cassettes.wrap(noModel, models);
  const given = await Promise.all(twice.map((request) => wrapped(request, () => undefined)));

  expect(given.map(({ text }) => text)).toEqual(['first', 'second']);
  await expect(wrapped(requestOf(), () => undefined)).rejects.toMatchObject({
    miss: {
      kind: 'new',
      ordinal: 2,
      why: 'triage asked 2 times when case count was recorded, and asks again.',
    },
  });
});

test('auto asks the model for what is not there, and only for that', async () => {
  const dir = await makeFolder();
  const second = requestOf({ system: 'Another prompt.' });
  await ask({ dir, mode: 'auto' }, scriptedModel([say('one')]), requestOf());
  const live = scriptedModel([say('two')]);

  const given = await ask({ dir, mode: 'auto' }, live, requestOf(), second);

  live.done();
  expect(given.map(({ text }) => text)).toEqual(['one', 'two']);
  const [again] = await ask({ dir, mode: 'replay' }, noModel, second);
  expect(again?.text).toBe('two');
});

test('a case that is recorded anew loses what it does not ask again, unless a reply could not be had', async () => {
  const dir = await makeFolder();
  const [old, other] = [requestOf({ system: 'Old.' }), requestOf({ system: 'Other.' })];
  const count = async () => Object.values(await filesIn(dir))[0]?.match(/"key"/g)?.length;
  await ask({ dir, mode: 'record' }, scriptedModel([say('a'), say('b')]), old, other);

  const away: ChatModel = async () => {
    throw new ModelError('unavailable', 'It is away.');
  };
  const failing = openCassettes({ dir, mode: 'record', place: () => here });
  await failing.wrap(scriptedModel([say('c')]), models)(other, () => undefined);
  await expect(failing.wrap(away, models)(old, () => undefined)).rejects.toThrow('It is away.');
  failing.end(here, true);
  await failing.close();
  expect(await count()).toBe(2);

  await ask({ dir, mode: 'record' }, scriptedModel([say('d')]), other);
  expect(await count()).toBe(1);
  expect((await ask({ dir, mode: 'replay' }, noModel, other))[0]?.text).toBe('d');
});

describe('of a case that is recorded anew only in part', () => {
  const [old, other] = [requestOf({ system: 'Old.' }), requestOf({ system: 'Other.' })];
  const later = { ...here, repeat: 1 };

  async function recordTwice() {
    const dir = await makeFolder();
    await ask({ dir, mode: 'record' }, scriptedModel([say('a'), say('b')]), old, other);
    await ask({ dir, mode: 'record', at: later }, scriptedModel([say('c'), say('d')]), old, other);
    /** Gives what is on the tape then: repeat and reply. */
    return async (attempts: { place: Place; asks: ChatRequest[]; end?: boolean }[], drops = true) => {
      const cassettes = openCassettes({ dir, mode: 'record', place: () => undefined });
      const wrapped = cassettes.wrap(async () => say('new'), models);
      for (const { place, asks, end } of attempts) {
        for (const request of asks) await atPlace(place, () => wrapped(request, () => undefined));
        if (end !== undefined) cassettes.end(place, end);
      }
      await cassettes.close(drops);
      const lines = Object.values(await filesIn(dir))
        .join('')
        .match(/^\{"key".*/gm);
      return (lines ?? [])
        .map((line) => JSON.parse(line))
        .map(({ repeat, reply }) => `${repeat} ${reply.text}`);
    };
  }

  test.each([
    ['an attempt that broke off', [{ place: here, asks: [other], end: false }]],
    ['one that never came to its end', [{ place: here, asks: [other] }]],
    [
      'one of two that broke off',
      [
        { place: { ...here, attempt: 'x' }, asks: [other], end: true },
        { place: { ...here, attempt: 'y' }, asks: [other], end: false },
      ],
    ],
  ])('%s drops nothing', async (_, attempts) => {
    const recordAnew = await recordTwice();
    expect((await recordAnew(attempts)).toSorted()).toEqual(['0 a', '0 new', '1 c', '1 d']);
  });

  test('each repeat is for itself, and a run that broke off drops nothing', async () => {
    const recordAnew = await recordTwice();
    const asked = [{ place: here, asks: [other], end: true }];
    expect((await recordAnew(asked, false)).toSorted()).toEqual(['0 a', '0 new', '1 c', '1 d']);
    expect(await recordAnew(asked)).toEqual(['0 new', '1 c', '1 d']);
    expect(await recordAnew([{ place: later, asks: [], end: true }])).toEqual(['0 new']);
  });
});

test('what the model does wrong is recorded, what keeps it from replying is not', async () => {
  const dir = await makeFolder();
  const failing =
    (reason: ModelError['reason']): ChatModel =>
    async (_, onText) => {
      onText('I was ');
      throw new ModelError(reason, 'It failed.');
    };
  await expect(ask({ dir, mode: 'auto' }, failing('timeout'), requestOf())).rejects.toThrow('It failed.');
  expect(await filesIn(dir)).toEqual({});

  const cassettes = openCassettes({ dir, mode: 'auto', place: () => here });
  const asked = cassettes.wrap(failing('misbehaved'), models)(requestOf(), () => undefined);
  await expect(asked).rejects.toMatchObject({ reason: 'misbehaved' });
  await cassettes.close();

  const heard: string[] = [];
  const replayed = openCassettes({ dir, mode: 'replay', place: () => here }).wrap(noModel, models);
  const again = replayed(requestOf(), (text) => heard.push(text));
  await expect(again).rejects.toMatchObject({
    name: 'ModelError',
    reason: 'misbehaved',
    message: 'It failed.',
  });
  expect(heard.join('')).toBe('I was ');
});

test('a replay stops in the middle when the turn is cancelled, with its reason', async () => {
  const dir = await makeFolder();
  await ask({ dir, mode: 'record' }, scriptedModel([say('one two three')]), requestOf());
  const controller = new AbortController();
  const replayed = openCassettes({ dir, mode: 'replay', place: () => here }).wrap(noModel, models);
  const heard: string[] = [];
  const asked = replayed(requestOf({ signal: controller.signal }), (text) => {
    heard.push(text);
    controller.abort(new Error('cancelled by the user'));
  });
  await expect(asked).rejects.toThrow('cancelled by the user');
  expect(heard).toEqual(['one ']);
});

test('what no attempt asks goes to the model, and is a miss in strict replay', async () => {
  const dir = await makeFolder();
  const [given] = await ask(
    { dir, mode: 'record', at: undefined },
    scriptedModel([say('live')]),
    requestOf(),
  );
  expect(given?.text).toBe('live');
  expect(await filesIn(dir)).toEqual({});
  const asked = ask({ dir, mode: 'replay', at: undefined }, noModel, requestOf());
  await expect(asked).rejects.toMatchObject({
    miss: { kind: 'new', why: 'It is asked by no attempt at a case.' },
  });
});

test('attempts at once do not mix, and a place that was given comes first', async () => {
  const dir = await makeFolder();
  const echo: ChatModel = async ({ messages }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return say(`heard ${messages.map(({ content }) => textOf(content)).join()}`);
  };
  const places = Array.from({ length: 12 }, (_, at) => ({
    suite: 'films',
    case: `case-${at % 4}`,
    repeat: Math.floor(at / 4),
  }));
  const requests = places.map((_, at) =>
    requestOf({ messages: [{ type: 'human', id: 'h', content: `question ${at % 2}` }] }),
  );
  const askAll = async (mode: 'record' | 'replay', chat: ChatModel) => {
    const cassettes = openCassettes({ dir, mode, place: () => here });
    const wrapped = cassettes.wrap(chat, models);
    const asked = places.map((place, at) =>
      atPlace(place, () => wrapped(requests[at] ?? requestOf(), () => undefined)),
    );
    const replies = await Promise.all(asked);
    await cassettes.close();
    return replies.map(({ text }) => text);
  };

  const live = await askAll('record', echo);

  expect(Object.keys(await filesIn(dir))).toEqual([0, 1, 2, 3].map((at) => `films/case-${at}.jsonl`));
  expect(await askAll('replay', noModel)).toEqual(live);
});

test('two attempts at one place go on from one reply, and have misses of their own', async () => {
  const dir = await makeFolder();
  const [one, two] = ['one', 'two'].map((attempt) => ({ ...here, attempt }));
  if (!one || !two) throw new Error('there are two');
  let asked = 0;
  const counting: ChatModel = async () => say(`reply ${++asked}`);
  for (const mode of ['record', 'auto', 'replay'] as const) {
    const cassettes = openCassettes({ dir, mode, place: () => undefined });
    const wrapped = cassettes.wrap(mode === 'replay' ? noModel : counting, models);
    const replies = await Promise.all(
      [one, two].map((place) => atPlace(place, () => wrapped(requestOf(), () => undefined))),
    );
    expect(replies.map(({ text }) => text)).toEqual(['reply 1', 'reply 1']);
    await cassettes.close();
    if (mode !== 'replay') continue;
    await expect(
      atPlace(two, () => wrapped(requestOf({ system: 'Other.' }), () => undefined)),
    ).rejects.toThrow();
    expect(cassettes.misses(one)).toEqual([]);
    expect(cassettes.misses(two)).toHaveLength(1);
  }
});

test('who waits for a reply that another could not have asks for itself', async () => {
  const dir = await makeFolder();
  const places = ['one', 'two', 'three'].map((attempt) => ({ ...here, attempt }));
  let asked = 0;
  const failsFirst: ChatModel = async () => {
    asked += 1;
    if (asked === 1) throw new ModelError('timeout', 'It is slow.');
    return say(`reply ${asked}`);
  };
  const cassettes = openCassettes({ dir, mode: 'auto', place: () => undefined });
  const wrapped = cassettes.wrap(failsFirst, models);
  const replies = await Promise.allSettled(
    places.map((place) => atPlace(place, () => wrapped(requestOf(), () => undefined))),
  );
  await cassettes.close();
  expect(replies.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(asked).toBe(2);
});

test('a file does not change when nothing new was said', async () => {
  const dir = await makeFolder();
  const steps = () => scriptedModel([say('one'), call('run_sql', { sql: 'select 1' })]);
  const requests = [requestOf(), requestOf({ system: 'Second.' })];
  await ask({ dir, mode: 'record', profile: 'gpt' }, steps(), ...requests);
  const before = await filesIn(dir);
  expect(Object.keys(before)).toEqual(['films/count.gpt.jsonl']);

  await ask({ dir, mode: 'record', profile: 'gpt' }, steps(), ...requests);
  expect(await filesIn(dir)).toEqual(before);
});

test('two who record one case at once keep what both have', async () => {
  const dir = await makeFolder();
  const systems = Array.from({ length: 10 }, (_, at) => `Prompt ${at}.`);
  await Promise.all(
    systems.map((system) => ask({ dir, mode: 'auto' }, scriptedModel([say(system)]), requestOf({ system }))),
  );
  const given = await ask(
    { dir, mode: 'replay' },
    noModel,
    ...systems.map((system) => requestOf({ system })),
  );
  expect(given.map(({ text }) => text)).toEqual(systems);
  expect(Object.keys(await filesIn(dir))).toEqual(['films/count.jsonl']);
});

test('two processes that record one case at once keep what both have', async () => {
  const dir = await makeFolder();
  const script = path.join(import.meta.dirname, 'record-some.ts');
  const run = promisify(execFile);
  const names = ['one', 'two', 'three'];
  await Promise.all(names.map((name) => run(process.execPath, [script, dir, name, '15'])));
  const systems = names.flatMap((name) => Array.from({ length: 15 }, (_, at) => `${name} ${at}`));
  const tape = openCassettes({ dir, mode: 'replay', place: () => here }).wrap(noModel, {});
  for (const system of systems)
    expect(await tape(requestOf({ system }), () => undefined)).toMatchObject({ text: system });
  expect(Object.keys(await filesIn(dir))).toEqual(['films/count.jsonl']);
}, 60_000);

test.each([
  ['no JSON', (text: string) => text.replace(/\n\{"key"/, '\n{"key'), /:\d+: this is not JSON/],
  [
    'an open conflict',
    (text: string) => text.replace('\n{"key"', '\n<<<<<<< HEAD\n{"key"'),
    /a conflict of git is not resolved/,
  ],
  [
    'a newer format',
    (text: string) => text.replace('"cassette":1', '"cassette":2'),
    /:1: cassette: expected 1/,
  ],
  [
    'a part that is missing',
    (text: string) => text.replace(/\n\{"part"[^\n]*/, ''),
    /the part \w+ is not above this line/,
  ],
  [
    'a prompt that was edited',
    (text: string) => text.replace('You decide who answers.', 'You decide.'),
    /:\d+: the part \w+ was changed by hand/,
  ],
  [
    'a setting that was edited',
    (text: string) => text.replace('"settings":{}', '"settings":{"maxTokens":7}'),
    /:\d+: the request was changed by hand/,
  ],
  [
    'another case',
    (text: string) => text.replace('"case":"count"', '"case":"sum"'),
    /:1: it is the tape of case sum of suite films/,
  ],
])('a tape with %s is told with file and line', async (_, break_, expected) => {
  const dir = await makeFolder();
  await ask({ dir, mode: 'record' }, scriptedModel([say('one')]), requestOf());
  const file = path.join(dir, 'films/count.jsonl');
  await writeFile(file, break_(await readFile(file, 'utf8')));

  const cassettes = openCassettes({ dir, mode: 'replay', place: () => here });
  await expect(cassettes.wrap(noModel, models)(requestOf(), () => undefined)).rejects.toThrow(expected);
  expect(cassettes.problems()).toMatchObject([{ file, severity: 'error' }]);

  await ask({ dir, mode: 'record' }, scriptedModel([say('two')]), requestOf());
  expect((await ask({ dir, mode: 'replay' }, noModel, requestOf()))[0]?.text).toBe('two');
});

test('a place where no tape can be is told', async () => {
  const dir = await makeFolder();
  await writeFile(path.join(dir, 'films'), 'a file where the folder should be');
  await expect(ask({ dir, mode: 'auto' }, scriptedModel([say('one')]), requestOf())).rejects.toThrow(
    'ENOTDIR',
  );
});

test('names that are no names of files have files of their own', async () => {
  const dir = await makeFolder();
  for (const id of ['..', 'a/b', 'a b', '.x'])
    await ask({ dir, mode: 'record', at: { ...here, case: id } }, scriptedModel([say(id)]), requestOf());
  expect(Object.keys(await filesIn(dir))).toHaveLength(4);
  const [given] = await ask({ dir, mode: 'replay', at: { ...here, case: 'a/b' } }, noModel, requestOf());
  expect(given?.text).toBe('a/b');
});
