import { quoteName } from '../../../sql/quote.ts';
import { nameOf, type Place, share, shuffled } from './copy-sql.ts';
import { isBound, type Perturbation } from './perturbation.ts';
import type { Column, Reference, Table } from './read-tables.ts';
import { type ColumnPlace, type ComparedColumn, distinct, type StatementFacts } from './statement-facts.ts';

/** Changes of numbers, dates and whatever else has values: at constants and beside them, nulls, ties, other rows' values. */
export function perturbValues(place: Place, tables: Table[], facts: StatementFacts): Perturbation[] {
  const columnsOf = (places: ColumnPlace[]) => places.flatMap((found) => columnOf(tables, found));
  const used = columnsOf(facts.used);
  const free = used.filter(({ table, column }) => !isBound(table, column.name));
  return [
    ...boundaryValues(place, tables, facts.compared),
    ...calendarValues(place, tables, facts.calendar),
    ...nullValues(place, tables, facts.used),
    ...columnsOf(distinct([...facts.ordered, ...facts.used]))
      .filter(({ table, column }) => !isBound(table, column.name))
      .map((at) => ties(place, at)),
    ...tables.flatMap((table) =>
      otherRowsValues(
        place,
        table,
        free.filter((at) => at.table === table).map(({ column }) => column),
      ),
    ),
    ...columnsOf(
      distinct(facts.groups.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })))),
    ).flatMap((at) => various(place, at)),
    ...tables.flatMap((table) => otherReferences(place, table)),
    ...tables.flatMap((table) => table.refs.flatMap((ref) => gathered(place, table, ref))),
  ];
}

/** Changes to the constants that columns are compared with, and to what is next to them. */
export function boundaryValues(place: Place, tables: Table[], compared: ComparedColumn[]): Perturbation[] {
  return compared.flatMap((found) => columnOf(tables, found).flatMap((at) => boundaries(place, at, found)));
}

/** Changes of dates to where months begin and end, and to another year. */
export function calendarValues(place: Place, tables: Table[], dates: ColumnPlace[]): Perturbation[] {
  return dates.flatMap((found) => columnOf(tables, found)).flatMap((at) => calendarEnds(place, at));
}

/** Nulls in these columns, where there may be any. */
export function nullValues(place: Place, tables: Table[], used: ColumnPlace[]): Perturbation[] {
  return used
    .flatMap((found) => columnOf(tables, found))
    .filter(({ table, column }) => mayBeNull(table, column))
    .map((at) => nulls(place, at));
}

interface At {
  table: Table;
  column: Column;
}

export function columnOf(tables: Table[], { table: name, column: wanted }: ColumnPlace): At[] {
  const table = tables.find((known) => known.name === name);
  const column = table?.columns.find((known) => known.name === wanted);
  return table && column ? [{ table, column }] : [];
}

/** A few rows with the very value that is compared with, and with those next to it. */
function boundaries(
  place: Place,
  { table, column }: At,
  { constant, of, operator }: ComparedColumn,
): Perturbation[] {
  if (isBound(table, column.name) || of === 'other' || of === 'lower' || operator.endsWith('like')) return [];
  if (column.kind === 'text' && (operator === '=' || operator === 'in')) return []; // see perturb-texts.ts
  if (of === 'year') return yearEnds(place, { table, column }, constant);
  const value = `cast((${constant}) as ${column.type})`;
  const spoken = constant.replace(/\s+/g, ' ');
  const named = `${table.name}.${column.name}`;
  const exact = { what: `${named} exactly ${spoken} in more rows`, set: value };
  const beside =
    steps[column.kind]?.map(({ what, by }) => ({
      what: `${named} ${what} ${spoken} in some rows`,
      set: `${value} ${by}`,
    })) ?? [];
  return [exact, ...beside].map(({ what, set }) => ({
    what,
    statements: [setShare(place, table, column, set, what)],
  }));
}

const steps: Partial<Record<Column['kind'], { what: string; by: string }[]>> = {
  integer: [
    { what: 'one below', by: '- 1' },
    { what: 'one above', by: '+ 1' },
  ],
  number: [
    { what: 'just below', by: '- 0.01' },
    { what: 'just above', by: '+ 0.01' },
  ],
  date: [
    { what: 'the day before', by: '- 1' },
    { what: 'the day after', by: '+ 1' },
  ],
  moment: [
    { what: 'a second before', by: "- interval '1 second'" },
    { what: 'a second after', by: "+ interval '1 second'" },
    { what: 'late on the day of', by: "+ interval '23 hours 59 minutes'" },
    { what: 'a day after', by: "+ interval '1 day'" },
  ],
  time: [
    { what: 'a minute before', by: "- interval '1 minute'" },
    { what: 'a minute after', by: "+ interval '1 minute'" },
  ],
};

function yearEnds(place: Place, { table, column }: At, constant: string): Perturbation[] {
  if (column.kind !== 'date' && column.kind !== 'moment') return [];
  const first = `cast(make_date((${constant})::int, 1, 1) as ${column.type})`;
  const named = `${table.name}.${column.name}`;
  const cases = [
    { what: `${named} on the first day of ${constant}`, set: first },
    { what: `${named} on the day before ${constant} begins`, set: `${first} - interval '1 second'` },
    {
      what: `${named} at the end of the last day of ${constant}`,
      set: `${first} + interval '1 year' - interval '1 second'`,
    },
    { what: `${named} when ${constant} is just over`, set: `${first} + interval '1 year'` },
  ];
  return cases.map(({ what, set }) => ({
    what: `${what} in some rows`,
    statements: [setShare(place, table, column, `cast(${set} as ${column.type})`, what)],
  }));
}

/** Where months and years begin and end. */
function calendarEnds(place: Place, { table, column }: At): Perturbation[] {
  if (isBound(table, column.name) || (column.kind !== 'date' && column.kind !== 'moment')) return [];
  const name = quoteName(column.name);
  const month = `date_trunc('month', ${name})`;
  const cases = [
    { what: 'at the end of a month', set: `${month} + interval '1 month' - interval '1 second'` },
    { what: 'at the beginning of a month', set: month },
    { what: 'a year earlier', set: `${name} - interval '1 year'` },
  ];
  return cases.map(({ what, set }) => ({
    what: `${table.name}.${column.name} ${what} in some rows`,
    statements: [setShare(place, table, column, `cast(${set} as ${column.type})`, what)],
  }));
}

/** A column that may be null in a table that says of others, or of itself, what may not: elsewhere nobody thought of nulls. */
function mayBeNull(table: Table, { nullable }: Column): boolean {
  return nullable && table.declares;
}

function nulls(place: Place, { table, column }: At): Perturbation {
  const what = `${table.name}.${column.name} null in more rows`;
  return { what, statements: [setShare(place, table, column, 'null', what)], general: true };
}

/** Many rows share one value: there are ties, and more rows in one group than in others. */
function ties(place: Place, { table, column }: At): Perturbation {
  const name = quoteName(column.name);
  const what = `the same ${table.name}.${column.name} in more rows`;
  const one = `(select ${name} from ${nameOf(place, table.name)} where ${name} is not null order by md5(ctid::text || 'tie') limit 1)`;
  return { what, statements: [setShare(place, table, column, one, what)], general: true };
}

/** Many different values where there are few: more groups than a limit lets through. */
function various(place: Place, { table, column }: At): Perturbation[] {
  const put = column.kind === 'text' ? ` || '~' || n` : column.kind === 'integer' ? ' + n' : undefined;
  if (put === undefined || isBound(table, column.name)) return [];
  const [name, source] = [quoteName(column.name), nameOf(place, table.name)];
  const what = `more different values of ${table.name}.${column.name}`;
  const set = `update ${source} as t set ${name} = cast(t.${name}${put} as ${column.type})
    from (select ctid as at, ${shuffled('various')} as n from ${source}) as numbered where t.ctid = numbered.at and n % 2 = 0`;
  return [{ what, statements: [set], general: true }];
}

/** The same values, each in another row. */
function otherRowsValues(place: Place, table: Table, columns: Column[]): Perturbation[] {
  const like = (one: Column) => columns.some((used) => used.kind === one.kind);
  const moved = table.columns.filter((column) => like(column) && !isBound(table, column.name));
  if (moved.length === 0) return [];
  return [
    {
      what: `the values of ${table.name} in other rows`,
      statements: [
        permute(
          place,
          table,
          moved.map(({ name }) => [name]),
        ),
      ],
      general: true,
    },
  ];
}

function otherReferences(place: Place, table: Table): Perturbation[] {
  const free = table.refs
    .map(({ columns }) => columns)
    .filter(
      (columns, at, all) =>
        !table.keys.some((key) => key.some((column) => columns.includes(column))) &&
        !all
          .slice(0, at)
          .flat()
          .some((column) => columns.includes(column)),
    );
  if (free.length === 0) return [];
  return [
    {
      what: `rows of ${table.name} that belong to others`,
      statements: [permute(place, table, free)],
      general: true,
    },
  ];
}

/** Many rows that belong to one: it has several of what it has one of mostly. */
function gathered(place: Place, table: Table, { columns, table: target }: Reference): Perturbation[] {
  if (table.keys.some((key) => key.some((column) => columns.includes(column)))) return [];
  const names = columns.map(quoteName);
  const source = nameOf(place, table.name);
  const what = `more rows of ${table.name} that belong to the same row of ${target}`;
  const one = `(select ${names.join(', ')} from ${source} where (${names.join(', ')}) is not null order by md5(ctid::text || 'one') limit 1)`;
  const set = `update ${source} set (${names.join(', ')}) = ${one} where ctid in ${share(place, table, what)}`;
  return [{ what, statements: [set], general: true }];
}

/** Rows that belong to further rows of tables that nobody looks at here. */
export function furtherReferences(place: Place, tables: Table[], used: ColumnPlace[]): Perturbation[] {
  return used
    .flatMap((found) => columnOf(tables, found))
    .flatMap(({ table, column }) => {
      const ref = table.refs.find(({ columns }) => columns.join() === column.name);
      const isKey = table.keys.some((key) => key.includes(column.name));
      if (!ref || isKey || column.kind !== 'integer' || tables.some(({ name }) => name === ref.table))
        return [];
      const what = `further values of ${table.name}.${column.name}`;
      const next = `(select max(${quoteName(column.name)}) + 1 from ${nameOf(place, table.name)})`;
      return [{ what, statements: [setShare(place, table, column, next, what)] }];
    });
}

/** Each of the sets of columns goes to other rows, whatever becomes of the others. */
function permute(place: Place, table: Table, sets: string[][]): string {
  const source = nameOf(place, table.name);
  const names = sets.map((columns) => columns.map(quoteName));
  const moved = names.map(
    (columns, at) =>
      `join (select ${columns.join(', ')}, ${shuffled(`to ${columns.join()}`)} as n from ${source}) as moved_${at} using (n)`,
  );
  const set = names.flatMap((columns, at) =>
    columns.map((name) => `${name} = given.${name}_${at}`.replace(/"_(\d+)$/, '_$1"')),
  );
  const given = names.flatMap((columns, at) =>
    columns.map((name) => `moved_${at}.${name} as ${name}_${at}`.replace(/"_(\d+)$/, '_$1"')),
  );
  return `update ${source} as t set ${set.join(', ')} from (
      select rows.at, ${given.join(', ')} from (select ctid as at, ${shuffled('from')} as n from ${source}) as rows ${moved.join(' ')}
    ) as given where t.ctid = given.at`;
}

function setShare(place: Place, table: Table, { name }: Column, value: string, seed: string): string {
  const chosen = share(place, table, seed.replaceAll("'", ''));
  return `update ${nameOf(place, table.name)} set ${quoteName(name)} = ${value} where ctid in ${chosen}`;
}
