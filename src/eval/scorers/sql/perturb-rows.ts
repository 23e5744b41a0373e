import { quoteName } from '../../../sql/quote.ts';
import { nameOf, type Place, share, shuffled } from './copy-sql.ts';
import type { Perturbation } from './perturbation.ts';
import type { Column, Reference, Table } from './read-tables.ts';
import type { StatementFacts } from './statement-facts.ts';

/** Changes of which rows there are: further ones, fewer, none, and rows that nothing refers to. */
export function perturbRows(place: Place, tables: Table[], { joins }: StatementFacts): Perturbation[] {
  const isLeaf = ({ name }: Table) =>
    !tables.some((other) => other.name !== name && other.refs.some(({ table }) => table === name));
  const leaves = tables.filter(isLeaf);
  const edges = tables.flatMap((table) =>
    table.refs.filter((ref) => tables.some(({ name }) => name === ref.table)).map((ref) => ({ table, ref })),
  );
  const loose = joins.flat().filter(({ table: name }) => leaves.some((table) => table.name === name));
  return [
    ...tables.flatMap((table) => spread(place, table, tables)),
    ...tables.flatMap((table) => furtherRows(place, table)),
    ...tables.flatMap((table) => furtherPairs(place, table, tables)),
    ...edges.filter(({ table }) => isLeaf(table)).map(({ table, ref }) => withoutPartners(place, table, ref)),
    ...leaves.map((table) => fewer(place, table, 2)),
    ...leaves
      .filter(({ name }) => loose.some(({ table }) => table === name))
      .map((table) => fewer(place, table, 4)),
    ...leaves.map((table) => ({
      what: `no rows in ${table.name}`,
      statements: [`delete from ${nameOf(place, table.name)}`],
    })),
    { what: 'no rows at all', statements: tables.map(({ name }) => `delete from ${nameOf(place, name)}`) },
  ];
}

/** So few rows that what is true of all of them may be true by chance. */
const few = 8;

/** Of a table that has very few rows several times as many, to which the rows that refer to it belong in turn. */
function spread(place: Place, table: Table, tables: Table[]): Perturbation[] {
  const [further] = furtherRows(place, table);
  const referring = tables.flatMap((child) =>
    child.refs
      .filter(({ table: to, columns }) => to === table.name && columns.length === 1)
      .filter(
        ({ columns }) =>
          child.name !== table.name && !child.keys.some((key) => key.includes(columns[0] ?? '')),
      )
      .map((ref) => inTurn(place, child, ref)),
  );
  if (!further || table.rows >= few || referring.length === 0) return [];
  const statements = [...further.statements, ...further.statements, ...referring];
  return [{ what: `several more rows in ${table.name}`, statements, general: true, ground: true }];
}

function inTurn(place: Place, child: Table, { columns, table, targets }: Reference): string {
  const [column, target] = [quoteName(columns[0] ?? ''), quoteName(targets[0] ?? '')];
  return `update ${nameOf(place, child.name)} as t set ${column} = p.${target}
    from (select ctid as at, ${shuffled('turn')} as n from ${nameOf(place, child.name)}) as c
      join (select ${target}, ${shuffled('taker')} as n, count(*) over () as all_rows from ${nameOf(place, table)}) as p on p.n = c.n % p.all_rows
    where t.ctid = c.at`;
}

/** Rows like others under keys of their own. */
function furtherRows(place: Place, table: Table): Perturbation[] {
  const single = table.keys
    .filter((key) => key.length === 1)
    .map(([name]) => table.columns.find((column) => column.name === name));
  const composite = table.keys.filter((key) => key.length > 1);
  if (table.keys.length === 0 || single.includes(undefined)) return [];
  const fresh = new Set(single.map((column) => column?.name));
  for (const key of composite) {
    if (key.some((name) => fresh.has(name))) continue;
    const last = key
      .toReversed()
      .find(
        (name) =>
          !isReference(table, name) && isFreshable(table.columns.find((column) => column.name === name)),
      );
    if (last === undefined) return [];
    fresh.add(last);
  }
  const columns = table.columns.filter(({ name }) => fresh.has(name));
  if (columns.some((column) => !isFreshable(column) || isReference(table, column.name))) return [];
  const source = nameOf(place, table.name);
  const values = table.columns.map((column) =>
    fresh.has(column.name) ? freshOf(source, column) : quoteName(column.name),
  );
  const names = table.columns.map(({ name }) => quoteName(name)).join(', ');
  const insert = (from: string, where: string) =>
    `insert into ${source} (${names}) select ${values.join(', ')} from ${from} as t where ${where}`;
  const some = `(select *, ${shuffled('further')} as n from ${source})`;
  const one = `(select one.*, all_rows.n from (select * from ${source} order by md5(ctid::text || 'one') limit 1) as one,
    (select ${shuffled('many')} as n from ${source}) as all_rows)`;
  const quarter = `(select count(*) / 4 from ${source})`;
  return [
    {
      what: `more rows like others in ${table.name}`,
      statements: [insert(some, `n < greatest(3, ${quarter})`)],
      general: true,
    },
    {
      what: `many rows like one of ${table.name}`,
      statements: [insert(one, `n < greatest(3, ${quarter})`)],
      general: true,
    },
  ];
}

function isReference({ refs }: Table, column: string): boolean {
  return refs.some(({ columns }) => columns.includes(column));
}

function isFreshable(column: Column | undefined): boolean {
  return column !== undefined && ['integer', 'text'].includes(column.kind);
}

function freshOf(source: string, { name, kind, type }: Column): string {
  const column = quoteName(name);
  if (kind === 'integer') return `cast((select max(${column}) from ${source}) + 1 + n as ${type})`;
  return `cast(${column} || '~' || n as ${type})`;
}

/** Pairs that are not there yet, where a key is made of references alone. */
function furtherPairs(place: Place, table: Table, tables: Table[]): Perturbation[] {
  const [key] = table.keys;
  const refs = (key ?? []).map((name) =>
    table.refs.find(
      ({ columns, table: to }) => columns.join() === name && tables.some((other) => other.name === to),
    ),
  );
  const at = refs.findIndex((ref) => ref !== undefined);
  const ref = refs[at];
  if (!key || key.length < 2 || !ref) return [];
  const source = nameOf(place, table.name);
  const target = nameOf(place, ref.table);
  const values = table.columns.map(({ name }) =>
    name === key[at] ? `p.${quoteName(ref.targets[0] ?? '')}` : `t.${quoteName(name)}`,
  );
  const names = table.columns.map(({ name }) => quoteName(name)).join(', ');
  return [
    {
      what: `more pairs in ${table.name}`,
      statements: [
        `insert into ${source} (${names}) select ${values.join(', ')}
         from (select *, ${shuffled('pair')} as n from ${source}) as t
           join (select *, ${shuffled('partner')} as n, count(*) over () as all_rows from ${target}) as p on p.n = t.n % p.all_rows
         where t.n < greatest(3, (select count(*) / 4 from ${source})) on conflict do nothing`,
      ],
    },
  ];
}

/** Rows of the table referred to that nothing here refers to. */
function withoutPartners(place: Place, table: Table, { columns, table: target }: Reference): Perturbation {
  const names = columns.map(quoteName).join(', ');
  return {
    general: true,
    what: `rows of ${target} without any in ${table.name}`,
    statements: [
      `delete from ${nameOf(place, table.name)} where abs(hashtext((row(${names}))::text)) % 100 < 35`,
    ],
  };
}

function fewer(place: Place, table: Table, part: number): Perturbation {
  return {
    general: true,
    what: `fewer rows in ${table.name}`,
    statements: [
      `delete from ${nameOf(place, table.name)} where ctid in ${share(place, table, `fewer ${part}`, part)}`,
    ],
  };
}
