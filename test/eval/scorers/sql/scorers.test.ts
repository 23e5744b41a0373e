import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Expectation } from '../../../../src/eval/expectation.ts';
import type { Subject } from '../../../../src/eval/running/subject.ts';
import type { Score, Seen } from '../../../../src/eval/score.ts';
import { scoreRows } from '../../../../src/eval/scorers/score-rows.ts';
import { scoreSql } from '../../../../src/eval/scorers/score-sql.ts';
import { scoreState } from '../../../../src/eval/scorers/score-state.ts';
import type { SeenCall } from '../../../../src/eval/transcript.ts';
import { filmsSqlPolicy } from '../../../../src/films/films-sql-policy.ts';
import { generateShop } from '../../../../src/films/generate-shop.ts';
import { loadShop } from '../../../../src/films/load-shop.ts';
import { createReader } from '../../../../src/sql/create-reader.ts';
import { makeTestDatabase, type TestDatabase } from '../../../support/test-database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
  await loadShop(made.database.db, generateShop());
  await createReader(made.database, filmsSqlPolicy);
});
afterAll(() => made.drop());

/** A turn of a graph with two tools, one of which runs SQL, that made these calls. */
function seenWith(calls: SeenCall[]): Seen {
  const tools = [{ name: 'run_sql', sqlPolicy: filmsSqlPolicy }, { name: 'search' }];
  const graph = { seats: new Map([['sql', { tools }]]) };
  const subject = {
    context: { database: made.database, graphs: { get: () => graph } },
    sandbox: (work: (database: TestDatabase['database']) => unknown) => work(made.database),
  } as unknown as Subject; // the parts of a subject that these scorers look at
  const turn = { calls } as Seen['turn']; // and of a turn
  return {
    case: { graph: 'films' } as Seen['case'], // and of a case
    at: 0,
    turn,
    transcript: { turns: [turn] },
    subject,
    signal: new AbortController().signal,
  };
}

function call(sql: string, more: Partial<SeenCall> = {}): SeenCall {
  return {
    agent: 'sql',
    name: 'run_sql',
    args: { sql },
    result: '',
    failed: false,
    milliseconds: 1,
    ...more,
  };
}

describe('sql', () => {
  const long = { gold: ['select count(*) from film where length > 120'], ordered: false };

  async function scored(expected: Expectation['sql'], ...calls: SeenCall[]): Promise<Score | undefined> {
    const [score] = expected ? await scoreSql(expected, seenWith(calls)) : [];
    return score;
  }

  test('the last query that worked is scored', async () => {
    const right = call('select count(film_id) from film where length >= 121');
    const failed = call('select count(*) from films', { failed: true });
    expect(await scored(long, call('select 1'), right, failed, call('x', { name: 'search' }))).toMatchObject({
      value: 1,
      passed: true,
    });
    expect(await scored(long, right, call('select 1'))).toMatchObject({ value: 0, passed: false });
  });

  test('without a query that worked there is nothing to be right', async () => {
    const score = await scored(long, call('select 1', { failed: true }));
    expect(score).toMatchObject({ passed: false, why: 'No query was run, or none that worked.' });
  });

  test('a wrong boundary is told by the copy that shows it', async () => {
    const score = await scored(
      { gold: ['select count(*) from film where replacement_cost > 30'], ordered: false },
      call('select count(*) from film where replacement_cost >= 30'),
    );
    expect(score?.why).toMatch(
      /^With film\.replacement_cost exactly 30 in more rows it gives \d+ where \d+ is right\.$/,
    );
  });

  test('one of several gold statements is enough', async () => {
    const gold = ['select title from film where length > 150', 'select film_id from film where length > 150'];
    expect(
      await scored({ gold, ordered: false }, call('select film_id from film where length >= 151')),
    ).toMatchObject({ passed: true });
  });

  test('columns beside those asked for pass only where they may', async () => {
    const more = call('select store_id, count(*) from inventory group by store_id');
    const gold = ['select store_id from inventory group by store_id'];
    expect(await scored({ gold, ordered: false }, more)).toMatchObject({ passed: false });
    expect(await scored({ gold, ordered: false, extraColumns: true }, more)).toMatchObject({ passed: true });
  });

  test('an order is held to where it is expected and the gold statement has one', async () => {
    const gold = ['select store_id from store order by store_id desc'];
    const other = call('select store_id from store order by store_id');
    expect(await scored({ gold, ordered: true }, other)).toMatchObject({ passed: false });
    expect(await scored({ gold, ordered: false }, other)).toMatchObject({ passed: true });
  });

  test('a gold statement that cannot be run is an error of the suite, and no score', async () => {
    const gold = ['select count(*) from movies'];
    await expect(scored({ gold, ordered: false }, call('select 1'))).rejects.toThrow(
      /The gold statement does not run: .*movies/,
    );
  });

  test('nothing of the copies is left, and the data are as they were', async () => {
    await scored(long, call('select count(film_id) from film where length > 120'));
    const signal = new AbortController().signal;
    const state = [
      {
        sql: "select count(*) as n from pg_namespace where nspname like 'baton_copy%'",
        rows: [{ n: 0 }],
        ordered: false,
      },
      {
        sql: 'select count(*) as n from films.film',
        rows: [{ n: generateShop().film.length }],
        ordered: false,
      },
    ];
    expect(await scoreState(state, { ...seenWith([]), signal })).toMatchObject([{ passed: true }]);
  });
});

describe('rows', () => {
  const result = (columns: string[], ...rows: (string | number | null)[][]) => ({
    artifact: { columns, rows, rowCount: rows.length },
  });

  test('are those of the last query that gave any, by the names of the columns', async () => {
    const calls = [call('a', result(['films', 'id'], ['457', 1])), call('b', result(['films']))];
    const [score] = await scoreRows({ rows: [{ films: 457 }], ordered: false }, seenWith(calls));
    expect(score).toMatchObject({ scorer: 'rows', value: 1, passed: true });
  });

  test('are found by what stands in them where the names are others', async () => {
    const calls = [call('a', result(['n'], [457]))];
    expect(await scoreRows({ rows: [{ films: 457 }], ordered: false }, seenWith(calls))).toMatchObject([
      { passed: true },
    ]);
    expect(await scoreRows({ rows: [{ films: 458 }], ordered: false }, seenWith(calls))).toMatchObject([
      { passed: false, why: 'The query gives 457 where 458 is right.' },
    ]);
  });

  test('are read from what the model read where a tool keeps nothing beside it', async () => {
    const calls = [call('a', { result: JSON.stringify({ columns: ['n'], rows: [[3]] }) })];
    expect(await scoreRows({ rows: [{ n: 3 }], ordered: false }, seenWith(calls))).toMatchObject([
      { passed: true },
    ]);
  });

  test('fail where no query gave any', async () => {
    expect(await scoreRows({ rows: [{ n: 3 }], ordered: false }, seenWith([]))).toMatchObject([
      { passed: false, why: 'No query gave any rows.' },
    ]);
  });
});

const category = generateShop()
  .category.map(({ name }) => name)
  .toSorted()[0];

describe('state', () => {
  test('is what the database holds after the turn, and cannot be changed by asking', async () => {
    const right = {
      sql: 'select name from films.category order by name limit 1',
      rows: [{ name: String(category) }],
      ordered: true,
    };
    expect(await scoreState([right], seenWith([]))).toMatchObject([{ value: 1, passed: true }]);
    const none = { sql: 'select * from films.film where film_id < 0', rows: [], ordered: false };
    expect(await scoreState([right, none, { ...right, rows: [{ name: 'x' }] }], seenWith([]))).toMatchObject([
      { value: 2 / 3, passed: false, why: expect.stringContaining(`${category} where x is right`) },
    ]);
    const writes = { sql: 'delete from films.film returning film_id', rows: [], ordered: false };
    await expect(scoreState([writes], seenWith([]))).rejects.toThrow(/The state cannot be read: .*read-only/);
  });
});
