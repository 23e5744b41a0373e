import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, Message } from '../../src/message.ts';
import type { ChatReply, ChatRequest, Example, ToolSpec } from '../../src/model/chat-model.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { createOfflineModel } from '../../src/model/offline/create-offline-model.ts';

const model = createOfflineModel(createLocalEmbedder());

const count = (where: string) => [{ run_sql: { sql: `select count(*) as films from film ${where}`.trim() } }];
const sqlExamples: Example[] = [
  { ask: 'How many films are there?', calls: count(''), answer: 'There are {films} films.' },
  {
    ask: 'How many films are longer than {hours} hours?',
    calls: count('where length > {hours} * 60'),
    answer: '{films} films are longer than {hours} hours.',
  },
  { ask: 'How many films are shorter than {minutes} minutes?', calls: count('where length < {minutes}') },
  { ask: 'How many {category} films are there?', calls: count("where category = lower('{category}')") },
  { ask: 'How many films does the actor {actor} play in?', calls: count("where actor = '{actor}'") },
  {
    ask: 'Which films does {actor} play in?',
    calls: [{ run_sql: { sql: "select title from film where actor = '{actor}'" } }],
  },
  {
    ask: 'Which category has the most films?',
    calls: [{ run_sql: { sql: 'select category order by count(*) desc' } }],
  },
  {
    ask: 'Which category has the fewest films?',
    calls: [{ run_sql: { sql: 'select category order by count(*)' } }],
  },
  {
    ask: 'What are the {n} longest films?',
    calls: [{ run_sql: { sql: 'select title order by length desc limit {n}' } }],
  },
  { ask: 'What is the revenue of each store?', calls: [{ run_sql: { sql: 'select store, sum(amount)' } }] },
  {
    ask: 'Which columns does the table {table} have?',
    calls: [{ describe_tables: { table: '{table}' } }, { run_sql: { sql: "select '{name}'" } }],
  },
];
const searchExamples: Example[] = [
  { ask: 'Find a film about {topic}', calls: [{ search_films: { query: '{topic}', limit: '{limit}' } }] },
  { ask: 'Find a film about {topic}', calls: [{ search_films: { query: '{topic}' } }] },
  { ask: 'Recommend a movie about {topic}', calls: [{ search_films: { query: '{topic}' } }] },
];
const triageExamples: Example[] = [{ ask: 'Good morning', answer: 'Good morning! Ask me about films.' }];

const runSql = tool('run_sql', { sql: { type: 'string' } });
const describeTables = tool('describe_tables', { table: { type: 'string' } });
const searchFilms = tool('search_films', { query: { type: 'string' }, limit: { type: 'integer' } });
const toSql = transferTo('sql', 'the question asks for counts or exact rows', sqlExamples, {
  question: true,
});
const toSearch = transferTo('search', 'the question is about what a film is about', searchExamples, {
  question: true,
});
const toAnswer = transferTo('answer', 'the results are there, write the answer', [], { findings: false });

const triage = {
  name: 'triage',
  examples: triageExamples,
  tools: [toSearch, toSql],
  system: 'You decide who answers.',
};
const sql = { name: 'sql', examples: sqlExamples, tools: [describeTables, runSql, toAnswer], system: '' };
const search = { name: 'search', examples: searchExamples, tools: [searchFilms, toAnswer], system: '' };
const answer = { name: 'answer', examples: [], tools: [], system: '' };

function tool(name: string, properties: JsonObject): ToolSpec {
  return { name, description: name, parameters: { type: 'object', properties } };
}

function transferTo(
  to: string,
  when: string,
  examples: Example[],
  fields: Record<string, boolean>,
): ToolSpec {
  const properties = Object.fromEntries(Object.keys(fields).map((field) => [field, { type: 'string' }]));
  const required = Object.keys(fields).filter((field) => fields[field]);
  return {
    name: `transfer_to_${to}`,
    description: `Hand the conversation over to ${to}: ${when}`,
    parameters: { type: 'object', properties, required },
    transfer: { to, asks: examples.map(({ ask }) => ask) },
  };
}

type Speaker = typeof triage;

async function ask(
  who: Speaker,
  messages: Message[],
  onText: (text: string) => void = () => {},
): Promise<ChatReply> {
  const { name, examples, tools, system } = who;
  const signal = new AbortController().signal;
  const request: ChatRequest = { role: 'fast', agent: { name, examples }, system, messages, tools, signal };
  return model(request, onText);
}

function human(content: string, id = 'h'): Message {
  return { type: 'human', id, content };
}

function called(name: string, tool: string, args: JsonObject, id = 'c1'): Message {
  return { type: 'ai', id: `ai-${id}`, name, content: '', tool_calls: [{ id, name: tool, args }] };
}

function result(tool: string, artifact: Json, id = 'c1'): Message {
  return {
    type: 'tool',
    id: `t-${id}`,
    name: tool,
    tool_call_id: id,
    status: 'success',
    content: JSON.stringify(artifact),
    artifact,
  };
}

function failed(tool: string, content: string, id = 'c1'): Message {
  return { type: 'tool', id: `t-${id}`, name: tool, tool_call_id: id, status: 'error', content };
}

function moved(from: string, to: string, brief: JsonObject, id = 'm1'): Message[] {
  const artifact = { transfer: { from, to, brief } };
  return [
    called(from, `transfer_to_${to}`, brief, id),
    {
      ...result(`transfer_to_${to}`, artifact, id),
      content: `The conversation is now with ${to}.`,
    } as Message, // still a tool message
  ];
}

async function planOf(who: Speaker, question: string): Promise<JsonObject | string> {
  const { calls, text } = await ask(who, [human(question)]);
  return calls[0]?.args ?? text;
}

describe('paraphrases find their example and fill its slots', () => {
  test.each([
    ['How many films are longer than two hours?', 'where length > 2 * 60'],
    ['how many movies run longer than 2 hours', 'where length > 2 * 60'],
    ['What number of films last longer than three hours?', 'where length > 3 * 60'],
    ['Please tell me how many movies are longer than 2.5 hours', 'where length > 2.5 * 60'],
    ['How many films are over two hours?', 'where length > 2 * 60'],
    ['Count the films that are shorter than ninety minutes', 'where length < 90'],
    ['how many films are shorter than a hundred minutes?', 'where length < 100'],
    ['How many movies are under twenty-five minutes?', 'where length < 25'],
    ['How many horror films are there?', "where category = lower('horror')"],
    ['number of Comedy movies', "where category = lower('Comedy')"],
    ['How many “Science Fiction” films are there?', "where category = lower('Science Fiction')"],
    ['in how many films does Penelope Guiness appear?', "where actor = 'Penelope Guiness'"],
    ["How many films does the actor Miles O'Brien play in?", "where actor = 'Miles O''Brien'"],
    ['How many films are there?', 'from film'],
    ['how many filns are there', 'from film'],
    ['Which films does PENELOPE GUINESS play in?', "select title from film where actor = 'PENELOPE GUINESS'"],
    [
      'Which movies has PENELOPE GUINESS played in?',
      "select title from film where actor = 'PENELOPE GUINESS'",
    ],
    ['which movies did penelope guiness play in?', "select title from film where actor = 'penelope guiness'"],
    ['Which category has the most movies?', 'order by count(*) desc'],
    ['Which genre has the fewest films?', 'select category order by count(*)'],
    ['Show me the ten longest films', 'limit 10'],
    ['What are the 1,000 longest movies?', 'limit 1000'],
    ['the dozen longest films please', 'limit 12'],
    ['Revenue per store', 'select store, sum(amount)'],
    ['revenue of each shop?', 'select store, sum(amount)'],
    ['WHICH FILMS DOES PENELOPE GUINESS PLAY IN?', "actor = 'PENELOPE GUINESS'"],
  ])('%s', async (question, expected) => {
    const plan = await planOf(sql, question);
    expect(plan).toMatchObject({ sql: expect.stringContaining(expected) });
    expect(JSON.stringify(plan)).toMatch(new RegExp(`${asPattern(expected)}"}$`));
  });

  test.each([
    ['Find me a movie about robots in space', 'robots in space'],
    ['a film about a mad scientist please', 'mad scientist'],
    ['Can you recommend a film about a crocodile?', 'crocodile'],
    ['Recommend something sad', 'something sad'],
  ])('%s', async (question, query) => {
    expect(await planOf(search, question)).toEqual({ query });
  });
});

function asPattern(text: string): string {
  return text.replaceAll(/[^\w\s]/g, '\\$&');
}

describe('an example is not used for another question', () => {
  test.each([
    ['How many films are longer than two hours in French?', 'it has no place for French'],
    ['What are the 3 cheapest films?', 'it has no place for cheapest'],
    ['What are the longest films?', 'the question says no n'],
    ['Which horror films are there?', 'it is about how many'],
  ])('%s', async (question, obstacle) => {
    expect(await planOf(sql, question)).toContain(obstacle);
  });

  test.each([
    'What is the weather in Paris?',
    'Wie wird das Wetter morgen?',
    '天気はどうですか',
    'delete everything',
    '😀',
  ])('nothing is done about “%s”, and what can be asked is told', async (question) => {
    const { calls, text } = await ask(triage, [human(question)]);
    expect(calls).toEqual([]);
    expect(text).toContain('offline model');
    expect(text).toContain('- Find a film about <topic>');
    expect(text).toContain('- How many films are there?');
  });

  test('no question is no question, and a huge one is soon read', async () => {
    expect((await ask(triage, [human('')])).text).toContain('There is no question');
    const huge = await ask(sql, [human(`How many films are there? ${'very long '.repeat(100_000)}`)]);
    expect(huge.usage.estimated).toBe(true);
  });

  test('a number has to be one where SQL expects it', async () => {
    const plan = await planOf(sql, 'How many films are longer than 1; drop table film hours?');
    expect(JSON.stringify(plan)).not.toContain('drop');
  });
});

describe('routing', () => {
  test.each([
    ['How many films are longer than two hours?', 'transfer_to_sql'],
    ['Recommend a film about a shark', 'transfer_to_search'],
  ])('%s goes by %s, with the question in the brief', async (question, transfer) => {
    const { calls } = await ask(triage, [human(question)]);
    expect(calls).toMatchObject([{ name: transfer, args: { question } }]);
  });

  test('a sentence of the prompt that names an agent sends it what the sentence is about', async () => {
    const question = human('Anything with subtitles for my grandmother?');
    const mute = await ask(triage, [question]);
    expect(mute.calls).toEqual([]);
    const told = 'You decide. Anything with subtitles, or for a grandmother, goes to search.';
    const edited = await ask({ ...triage, system: told }, [question]);
    expect(edited.calls).toMatchObject([{ name: 'transfer_to_search' }]);
    const other = await ask({ ...triage, system: told.replace('search', 'sql') }, [question]);
    expect(other.calls).toMatchObject([{ name: 'transfer_to_sql' }]);
  });

  test('an agent that has had the question is not asked again', async () => {
    const question = 'How many films are there?';
    const turn: Message[] = [
      human(question),
      ...moved('triage', 'sql', { question }),
      { type: 'ai', id: 'x', name: 'sql', content: 'There are 46 films.', tool_calls: [] },
      human('sql is done. Go on, triage.', 'x-prompt'),
    ];
    const { calls, text } = await ask(triage, turn);
    expect(calls).toEqual([]);
    expect(text).toBe('There are 46 films.');
  });

  test('an example that is an answer alone is said', async () => {
    expect(await planOf(triage, 'good morning')).toBe('Good morning! Ask me about films.');
  });
});

describe('a follow-up takes what it leaves out from the question before', () => {
  const afterAsking = (question: string): Message[] => [
    human(question, 'h0'),
    { type: 'ai', id: 'a0', name: 'answer', content: '46.', tool_calls: [] },
  ];

  test.each([
    [
      'How many films are longer than two hours?',
      'and longer than three hours?',
      'How many films are longer than 3 hours?',
    ],
    [
      'How many films are longer than two hours?',
      'What about shorter than 90 minutes?',
      'How many films are shorter than 90 minutes?',
    ],
    [
      'Which films does PENELOPE GUINESS play in?',
      'and NICK WAHLBERG?',
      'Which films does NICK WAHLBERG play in?',
    ],
    ['How many horror films are there?', 'and music?', 'How many music films are there?'],
    ['Which category has the most films?', 'and the fewest?', 'Which category has the fewest films?'],
  ])('%s %s', async (first, second, whole) => {
    const { calls } = await ask(triage, [...afterAsking(first), human(second)]);
    expect(calls).toMatchObject([{ name: 'transfer_to_sql', args: { question: whole } }]);
  });

  test('thanks are no follow-up', async () => {
    const { calls } = await ask(triage, [...afterAsking('How many films are there?'), human('thanks')]);
    expect(calls).toEqual([]);
  });
});

describe('a turn goes on where it is', () => {
  const question = 'How many films are longer than two hours?';
  const rows = { sql: 'select 1', columns: ['films'], rows: [[46]], rowCount: 1 };
  const done = [called('sql', 'run_sql', { sql: 'select 1' }), result('run_sql', rows)];

  test('from the brief of a transfer, whatever the user wrote', async () => {
    const { calls } = await ask(sql, [human('hm?'), ...moved('triage', 'sql', { question })]);
    expect(calls).toMatchObject([{ name: 'run_sql', args: { sql: expect.stringContaining('2 * 60') } }]);
  });

  test('from a brief that stands in the place of the user', async () => {
    const { calls } = await ask(sql, [human(`question: ${question}\nfilters: none`)]);
    expect(calls).toMatchObject([{ name: 'run_sql', args: { sql: expect.stringContaining('2 * 60') } }]);
  });

  test('to the agent that writes answers, with the sentence of the example', async () => {
    const { calls, text } = await ask(sql, [
      human(question),
      ...moved('triage', 'sql', { question }),
      ...done,
    ]);
    expect(text).toBe('');
    expect(calls).toMatchObject([
      { name: 'transfer_to_answer', args: { findings: '46 films are longer than 2 hours.' } },
    ]);
  });

  test('to the answer itself where nobody else writes it, with its evidence', async () => {
    const { text } = await ask({ ...sql, tools: [runSql] }, [human(question), ...done]);
    expect(text).toBe('46 films are longer than 2 hours.\n\nEvidence: run_sql `select 1`, 1 row.');
  });

  test('to the next call, which may use what the one before brought', async () => {
    const turn = [human('Which columns does the table film have?')];
    const first = await ask(sql, turn);
    expect(first.calls).toMatchObject([{ name: 'describe_tables', args: { table: 'film' } }]);
    const described = [
      called('sql', 'describe_tables', { table: 'film' }),
      result('describe_tables', { name: "film's" }),
    ];
    const second = await ask(sql, [...turn, ...described]);
    expect(second.calls).toMatchObject([{ name: 'run_sql', args: { sql: "select 'film''s'" } }]);
  });

  test('to one other example after a failed call, and then to what failed', async () => {
    const ways = ['Which films does {actor} play in?', 'In which films does {actor} appear?'];
    const examples = ways.map((way, at) => ({
      ask: way,
      calls: [{ run_sql: { sql: `select ${at} as way` } }],
    }));
    const turn = [human('Which films does Penelope Guiness play in?')];
    const answers = ['no such table', 'nor that'];
    for (const [at, content] of answers.entries()) {
      const { calls } = await ask({ ...sql, examples }, turn);
      expect(calls).toMatchObject([{ name: 'run_sql', args: { sql: `select ${at} as way` } }]);
      turn.push(called('sql', 'run_sql', {}, `c${at}`), failed('run_sql', content, `c${at}`));
    }
    const { calls } = await ask({ ...sql, examples }, turn);
    expect(calls).toMatchObject([
      { name: 'transfer_to_answer', args: { findings: 'run_sql failed: nor that' } },
    ]);
  });

  test('the same request has the same reply, with the same call id', async () => {
    const [one, other] = await Promise.all([ask(sql, [human(question)]), ask(sql, [human(question)])]);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ model: 'offline', stop: 'calls', usage: { estimated: true } });
  });
});

describe('the answer', () => {
  const asked = human('Tell me');
  const call = called('sql', 'run_sql', { sql: 'select x' });
  const write = async (artifact: Json) =>
    (await ask(answer, [asked, call, result('run_sql', artifact)])).text;

  test('is the finding that the brief tells, with the evidence in the conversation', async () => {
    const rows = { columns: ['films'], rows: [[46]], rowCount: 1 };
    const turn = [
      asked,
      call,
      result('run_sql', rows),
      ...moved('sql', 'answer', { findings: 'There are 46 films.' }),
    ];
    expect((await ask(answer, turn)).text).toBe(
      'There are 46 films.\n\nEvidence: run_sql `select x`, 1 row.',
    );
  });

  test('lists rows as a table, a few of them, and says how many more there are', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => [`a|b ${index}`, index]);
    const text = await write({ columns: ['title', 'length'], rows, rowCount: 40 });
    expect(text).toContain('| title | length |\n| --- | --- |\n| a\\|b 0 | 0 |');
    expect(text.match(/^\| a/gm)).toHaveLength(10);
    expect(text).toContain('And 30 more.');
    expect(text).toContain('40 rows');
  });

  test('lists what a search found by title, year and description', async () => {
    const hits = [
      { title: 'SHARK TALE', release_year: 2006, description: 'A Drama of a Shark', score: 1 },
      { title: 'DEEP', release_year: 2007, description: 'x'.repeat(500), score: 0.5 },
    ];
    const text = await write({ query: 'shark', hits });
    expect(text).toContain('- **SHARK TALE** (2006): A Drama of a Shark\n- **DEEP** (2007): xxx');
    expect(text.length).toBeLessThan(400);
  });

  test.each<[string, Json, string]>([
    ['no rows', { columns: ['a'], rows: [], rowCount: 0 }, 'run_sql found nothing.'],
    ['no hits', { query: 'q', hits: [] }, 'run_sql found nothing.'],
    ['no value', { columns: ['sum'], rows: [[null]], rowCount: 1 }, 'run_sql found nothing.'],
    ['one thing', { name_of_it: 'x', size: 3 }, 'name of it: x, size: 3'],
    ['one number', 7, 'value: 7'],
    ['a list of words', ['a', 'b'], '| value |\n| --- |\n| a |\n| b |'],
  ])('says what it can of %s', async (_, artifact, expected) => {
    expect(await write(artifact)).toContain(expected);
  });

  test('tells of a failure plainly, and has nothing to tell without results', async () => {
    expect((await ask(answer, [asked, call, failed('run_sql', 'timeout')])).text).toBe(
      'run_sql failed: timeout',
    );
    expect((await ask(answer, [asked])).text).toContain('offline model');
  });

  test('comes word by word, and stops when the turn is cancelled', async () => {
    const words: string[] = [];
    const { text } = await ask(answer, [asked], (word) => words.push(word));
    expect(words.length).toBeGreaterThan(5);
    expect(words.join('')).toBe(text);
    const cancel = new AbortController();
    const reason = new Error('enough');
    const request = {
      role: 'fast',
      agent: answer,
      system: '',
      messages: [asked],
      tools: [],
      signal: cancel.signal,
    };
    const heard: string[] = [];
    const listen = (word: string) => {
      heard.push(word);
      cancel.abort(reason);
    };
    await expect(model(request, listen)).rejects.toBe(reason);
    expect(heard).toHaveLength(1);
  });
});
