/**
 * Makes random queries in which names collide on purpose: aliases, result names, CTEs and hidden columns
 * share one small pool, so that a name means different things at different depths. Most are wrong SQL.
 */
import fc from 'fast-check';

const columns = [
  'password',
  'name',
  'name',
  'name',
  'store_id',
  'store_id',
  'staff_id',
  's',
  'email',
  'staff',
];
const aliases = ['s', 's', 's', 'l', 'l', 'x', 'password', 'staff'];
const tables = [
  'staff',
  'language',
  'store',
  'shop.staff',
  'customer',
  'staff',
  'language',
  's',
  'x',
  'password',
];

export function randomQuery(depth: number): fc.Arbitrary<string> {
  return fc
    .record({
      cte: fc.option(cte(depth), { freq: 6, nil: '' }),
      targets: fc.array(target(depth), { minLength: 1, maxLength: 2 }),
      from: fc.oneof(
        { weight: 3, arbitrary: fc.tuple(source(depth)) },
        { weight: 1, arbitrary: fc.tuple(source(depth), source(depth)) },
      ),
      where: fc.option(expression(depth - 1), { freq: 4, nil: '' }),
      tail: fc.oneof(
        { weight: 6, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: expression(depth - 1).map((group) => ` group by ${group}`) },
        { weight: 1, arbitrary: expression(depth - 1).map((order) => ` order by ${order}`) },
      ),
    })
    .map(
      ({ cte, targets, from, where, tail }) =>
        `${cte}select ${targets.join(', ')} from ${from.join(', ')}${where && ` where ${where} is not null`}${tail}`,
    );
}

function cte(depth: number): fc.Arbitrary<string> {
  if (depth <= 0) return fc.constant('');
  return fc
    .tuple(
      fc.constantFrom('with ', 'with recursive '),
      fc.constantFrom(...aliases),
      randomQueryLater(depth - 1),
    )
    .map(([keyword, name, query]) => `${keyword}${name} as (${query}) `);
}

function target(depth: number): fc.Arbitrary<string> {
  const named = fc
    .tuple(expression(depth - 1), fc.option(fc.constantFrom(...columns), { nil: '' }))
    .map(([value, name]) => value + (name && ` as ${name}`));
  const star = fc.constantFrom('*', ...aliases.map((alias) => `${alias}.*`));
  return fc.oneof({ weight: 5, arbitrary: named }, { weight: 1, arbitrary: star });
}

function expression(depth: number): fc.Arbitrary<string> {
  const bare = fc.constantFrom(...columns);
  const qualified = fc.tuple(fc.constantFrom(...aliases), bare).map((path) => path.join('.'));
  const column = fc.oneof(bare, qualified);
  const simple = fc.oneof(
    { weight: 2, arbitrary: column },
    { weight: 1, arbitrary: fc.constantFrom("'a'", 'null') },
  );
  if (depth <= 0) return simple;
  const inner = fc.oneof(
    column,
    randomQueryLater(depth - 1).map((query) => `(${query})`),
  );
  return fc.oneof(
    { weight: 8, arbitrary: simple },
    { weight: 1, arbitrary: randomQueryLater(depth - 1).map((query) => `exists (${query})`) },
    { weight: 2, arbitrary: inner.map((value) => `lower(${value}::text)`) },
    { weight: 1, arbitrary: inner.map((value) => `array[${value}]`) },
    { weight: 1, arbitrary: qualified.map((path) => path.replace(/(.+)\.(.+)/, '($1).$2')) },
    { weight: 1, arbitrary: fc.constantFrom(...aliases).map((alias) => `row_to_json(${alias})`) },
  );
}

/** Has the names of hidden columns and of aliases, so that what they mean depends on where they stand. */
const decoy = fc
  .subarray(['password', 'name', 's', 'email', 'staff'], { minLength: 1 })
  .chain((names) => fc.constantFrom(...aliases).map((alias) => ({ names, alias })))
  .map(({ names, alias }) => `(select ${names.map((name) => `'a' as ${name}`).join(', ')}) ${alias}`);

function source(depth: number): fc.Arbitrary<string> {
  const alias = fc.option(fc.constantFrom(...aliases), { freq: 4, nil: '' });
  const stored = fc
    .tuple(fc.constantFrom(...tables), alias)
    .map(([name, other]) => `${name} ${other}`.trim());
  const table = fc.oneof({ weight: 3, arbitrary: stored }, { weight: 2, arbitrary: decoy });
  if (depth <= 0) return table;
  const query = fc
    .tuple(fc.constantFrom('', 'lateral '), randomQueryLater(depth - 1), fc.constantFrom(...aliases))
    .map(([lateral, text, name]) => `${lateral}(${text}) ${name}`);
  const join = fc
    .tuple(
      table,
      fc.oneof(table, query),
      fc.constantFrom('natural', 'using', 'cross'),
      fc.constantFrom(...columns),
    )
    .map(([left, right, kind, name]) =>
      kind === 'using' ? `${left} join ${right} using (${name})` : `${left} ${kind} join ${right}`,
    );
  return fc.oneof(
    { weight: 4, arbitrary: table },
    { weight: 2, arbitrary: query },
    { weight: 2, arbitrary: join },
    {
      weight: 1,
      arbitrary: fc.tuple(join, fc.constantFrom(...aliases)).map(([text, name]) => `(${text}) ${name}`),
    },
  );
}

/** Built when it is drawn from, so that the depth ends the recursion. */
function randomQueryLater(depth: number): fc.Arbitrary<string> {
  return fc.constant(depth).chain((left) => randomQuery(left));
}
