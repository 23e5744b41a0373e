import { quoteName, quoteText } from '../../../sql/quote.ts';
import { nameOf, type Place, share, shuffled } from './copy-sql.ts';
import { columnOf } from './perturb-values.ts';
import { isUnique, type Perturbation } from './perturbation.ts';
import type { Table } from './read-tables.ts';
import type { ComparedColumn, StatementFacts } from './statement-facts.ts';

/** Changes of texts: another row bears the name that is asked for; what a pattern matches and nearly matches; another case where case does not count. */
export function perturbTexts(place: Place, tables: Table[], facts: StatementFacts): Perturbation[] {
  const patterns = facts.compared.filter(
    ({ operator, value }) => operator.endsWith('like') && typeof value === 'string',
  );
  return [
    ...tables.flatMap((table) => namedRows(place, table, tables, facts.compared)),
    ...patterns.flatMap((compared) =>
      columnOf(tables, compared).flatMap(({ table }) => nearPattern(place, table, compared)),
    ),
    ...facts.caseless.flatMap((at) =>
      columnOf(tables, at).flatMap(({ table, column }) =>
        column.kind === 'text' ? [otherCase(place, table, column.name)] : [],
      ),
    ),
  ];
}

/** The row that a statement asks for by name: another one bears it, and where several do in the data, more of them. */
function namedRows(place: Place, table: Table, tables: Table[], compared: ComparedColumn[]): Perturbation[] {
  const asked = compared.filter(
    ({ table: name, operator, of }) =>
      name === table.name && (operator === '=' || operator === 'in') && (of === 'plain' || of === 'lower'),
  );
  const named = asked.filter(({ column }) => {
    const kind = table.columns.find(({ name }) => name === column)?.kind;
    const refers = table.refs.some(({ columns }) => columns.includes(column));
    return kind === 'text' && !refers;
  });
  const first = new Map(named.map((found) => [found.column, found]));
  if (first.size === 0) return [];
  const values = [...first.values()];
  const what = `another row of ${table.name} with ${values.map(({ column, constant }) => `${column} ${constant}`).join(' and ')}`;
  const moves = [
    { what, statements: [exchange(place, table, values)] },
    ...values.flatMap((value) => nearName(place, table, value)),
    ...gathered(place, table, tables, values),
  ];
  if (values.some(({ column }) => isUnique(table, column))) return moves;
  const chosen = share(place, table, what.replaceAll("'", ''));
  const sets = values.map(({ column, constant }) => `${quoteName(column)} = (${asIn(constant)})`).join(', ');
  const more = `update ${nameOf(place, table.name)} set ${sets} where ctid in ${chosen} and ${mayRepeat(place, table, values)}`;
  return [
    ...moves,
    {
      ground: true,
      what: `more rows of ${table.name} with ${values.map(({ column, constant }) => `${column} ${constant}`).join(' and ')}`,
      statements: [more],
    },
  ];
}

/** There is a row with the name, and many rows of other tables belong to it. */
function gathered(place: Place, table: Table, tables: Table[], values: ComparedColumn[]): Perturbation[] {
  const source = nameOf(place, table.name);
  const referring = tables.flatMap((child) =>
    child.refs
      .filter(({ table: to, columns }) => to === table.name && columns.length === 1 && child.name !== to)
      .filter(({ columns }) => !child.keys.some((key) => key.includes(columns[0] ?? '')))
      .map(({ columns, targets }) => {
        const bearer = `(select ${quoteName(targets[0] ?? '')} from ${source} where ${isNamed(values)} limit 1)`;
        return `update ${nameOf(place, child.name)} set ${quoteName(columns[0] ?? '')} = ${bearer}
          where ctid in ${share(place, child, `gathered ${table.name}`)} and ${bearer} is not null`;
      }),
  );
  const sets = values.map(({ column, constant }) => `${quoteName(column)} = (${asIn(constant)})`).join(', ');
  const there = `update ${source} set ${sets} where ctid in
    (select ctid from ${source} order by md5(ctid::text || 'there') limit 1) and not exists (select from ${source} where ${isNamed(values)})`;
  const what = `more rows that belong to the row of ${table.name} with ${values.map(({ column, constant }) => `${column} ${constant}`).join(' and ')}`;
  return [{ what, statements: [there, ...referring], ground: true }];
}

/** Several columns that name one row in the data, as a first and a last name, go on doing so. */
function mayRepeat(place: Place, table: Table, values: ComparedColumn[]): string {
  if (values.length === 1) return 'true';
  const columns = values.map(({ column }) => quoteName(column)).join(', ');
  return `(select count(distinct (${columns})) < count(*) from ${nameOf(place, table.name)})`;
}

/** Names that begin or end with the one that is asked for. */
function nearName(place: Place, table: Table, { column, constant, value }: ComparedColumn): Perturbation[] {
  if (typeof value !== 'string' || value === '') return [];
  const [name, source] = [quoteName(column), nameOf(place, table.name)];
  const text = `(${constant})::text`;
  const near = `case n % 3 when 0 then ${text} || ' q' || n when 1 then n || 'q ' || ${text} else left(${text}, -1) || n end`;
  return [
    {
      what: `${table.name}.${column} that hold ${constant} among more in some rows`,
      statements: [
        `update ${source} as t set ${name} = ${near} from (
           select ctid as at, ${shuffled('near')} as n from ${source} where (${name}::text = ${text}) is not true) as numbered
         where t.ctid = numbered.at and numbered.n < greatest(3, (select count(*) / 2 from ${source}))`,
      ],
      general: true,
    },
  ];
}

/** A constant as the column holds it: what is compared in lower case is mostly kept with a capital, which changes nothing for who ignores case. */
function asIn(constant: string): string {
  return `(${constant})::text`;
}

function isNamed(values: ComparedColumn[]): string {
  return values
    .map(({ column, constant, of }) =>
      of === 'lower'
        ? `lower(${quoteName(column)}::text) = lower((${constant})::text)`
        : `${quoteName(column)}::text = (${constant})::text`,
    )
    .join(' and ');
}

/** The row with the name and another one exchange what they are called; where no row has it, one gets it. */
function exchange(place: Place, table: Table, values: ComparedColumn[]): string {
  const source = nameOf(place, table.name);
  const names = values.map(({ column }) => quoteName(column));
  const pick = (where: string) =>
    `(select ctid as at, ${names.join(', ')} from ${source} where ${where} order by md5(ctid::text || 'name') limit 1)`;
  return `update ${source} as t set ${names.map((name) => `${name} = moved.${name}`).join(', ')} from (
    with bearer as ${pick(isNamed(values))}, other as ${pick(`(${isNamed(values)}) is not true`)}
    select other.at, ${names.map((name) => `bearer.${name}`).join(', ')} from bearer, other
    union all select bearer.at, ${names.map((name) => `other.${name}`).join(', ')} from bearer, other
    union all select other.at, ${values.map(({ constant }) => asIn(constant)).join(', ')} from other where not exists (select from bearer)
  ) as moved where t.ctid = moved.at`;
}

/** What the pattern matches, with more before, after and around, and what lacks its last letter. */
function nearPattern(
  place: Place,
  table: Table,
  { column, value, operator }: ComparedColumn,
): Perturbation[] {
  const core = String(value)
    .replace(/^%+|%+$/g, '')
    .replaceAll('%', ' ')
    .replaceAll('_', 'x');
  const kind = table.columns.find(({ name }) => name === column)?.kind;
  if (core === '' || kind !== 'text' || table.refs.some(({ columns }) => columns.includes(column))) return [];
  const number = isUnique(table, column) ? ' || n::text' : '';
  const texts = [
    { what: 'with more after', text: `${quoteText(`${core} q`)}${number}` },
    { what: 'with more before', text: `${number ? 'n::text || ' : ''}${quoteText(`q ${core}`)}` },
    { what: 'with more around', text: `${quoteText(`q${core}q`)}${number}` },
    { what: 'without its last letter', text: `${quoteText(core.slice(0, -1))}${number}` },
    ...(number ? [] : [{ what: 'alone', text: quoteText(core) }]),
    ...(operator === 'ilike'
      ? [{ what: 'in capitals', text: `${quoteText(core.toUpperCase())}${number}` }]
      : []),
  ];
  const source = nameOf(place, table.name);
  return texts.map(({ what, text }) => ({
    what: `${table.name}.${column} ${quoteText(core)} ${what}`,
    statements: [
      `update ${source} as t set ${quoteName(column)} = ${text} from (select ctid as at, ${shuffled(`like ${what}`)} as n from ${source}) as numbered
       where t.ctid = numbered.at and numbered.n < greatest(2, (select count(*) / 4 from ${source}))`,
    ],
  }));
}

function otherCase(place: Place, table: Table, column: string): Perturbation {
  const name = quoteName(column);
  const source = nameOf(place, table.name);
  const other = `case when ${name} = upper(${name}) then lower(${name}) else upper(${name}) end`;
  return {
    what: `${table.name}.${column} in another case`,
    statements: [`update ${source} set ${name} = ${other} where ctid in ${share(place, table, 'case', 2)}`],
  };
}
