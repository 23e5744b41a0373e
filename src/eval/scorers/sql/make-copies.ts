import type { Query } from '../../../sql/ask-server.ts';
import { quoteName } from '../../../sql/quote.ts';
import type { SqlPolicy } from '../../../sql/sql-policy.ts';
import { nameOf, type Place, textOfRow } from './copy-sql.ts';
import type { Reference, Table } from './read-tables.ts';
import type { StatementFacts } from './statement-facts.ts';

/** Tables up to so many rows are copied whole; of larger ones about as many as `sampled`, and whatever those refer to. */
const whole = 300;
const sampled = 120;

/**
 * Copies what the policy shows of tables into a schema of the transaction's own, which the policy's role may make tables in, and tells what holds in the
 * copies: how many rows there are, what is unique, what refers to what. Of a large table it takes a sample that is always the same, with every row
 * that a copied row refers to. `more` are tables that the sample does not depend on: they are copied whole.
 */
export async function makeCopies(
  query: Query,
  place: Place,
  policy: SqlPolicy,
  { tables, more, facts }: { tables: Table[]; more: Table[]; facts: StatementFacts },
): Promise<{ tables: Table[]; more: Table[] }> {
  const copied: Table[] = [];
  for (const table of referringFirst(tables)) {
    const source = `${quoteName(policy.schema)}.${quoteName(table.name)}`;
    const counted = await query(`select count(*) from ${source}`);
    const rows = Number(counted.rows[0]?.[0] ?? 0);
    await copy(query, place, source, table, rows > whole ? sampleOf(place, table, rows, copied) : '');
    copied.push(table);
  }
  for (const table of more)
    await copy(query, place, `${quoteName(policy.schema)}.${quoteName(table.name)}`, table, '');
  const learned: Table[] = [];
  for (const table of [...tables, ...more]) learned.push(await learnKeys(query, place, table, facts));
  for (const table of learned) table.refs.push(...(await learnRefs(query, place, table, learned, facts)));
  return { tables: learned.slice(0, tables.length), more: learned.slice(tables.length) };
}

async function copy(query: Query, place: Place, source: string, table: Table, where: string): Promise<void> {
  const columns = table.columns.map(({ name }) => quoteName(name)).join(', ');
  const target = nameOf(place, table.name);
  await query(`create table ${target} as select ${columns} from ${source} as t ${where}`);
  const [primary] = table.keys;
  if (primary) await query(`alter table ${target} add primary key (${primary.map(quoteName).join(', ')})`);
  for (const { columns: referring } of table.refs)
    await query(`create index on ${target} (${referring.map(quoteName).join(', ')})`);
  await query(`analyze ${target}`);
}

function sampleOf(place: Place, table: Table, rows: number, copied: Table[]): string {
  const referred = copied.flatMap((child) =>
    child.refs
      .filter(({ table: target }) => target === table.name)
      .map((ref) => isReferred(place, child, ref)),
  );
  const some = `abs(hashtext(${textOfRow('t', table)}) % ${rows}) < ${sampled}`;
  return `where ${[some, ...referred].join(' or ')}`;
}

function isReferred(place: Place, child: Table, { columns, targets }: Reference): string {
  const list = (names: string[], of: string) =>
    `(${names.map((name) => `${of}${quoteName(name)}`).join(', ')})`;
  return `${list(targets, 't.')} in (select ${columns.map(quoteName).join(', ')} from ${nameOf(place, child.name)})`;
}

/** Tables that refer to others before those; in the order given where they refer to one another. */
function referringFirst(tables: Table[]): Table[] {
  const left = [...tables];
  const sorted: Table[] = [];
  while (left.length > 0) {
    const free = left.findIndex((table) =>
      left.every((other) => other === table || !other.refs.some((ref) => ref.table === table.name)),
    );
    sorted.push(...left.splice(Math.max(free, 0), 1));
  }
  return sorted;
}

/** Fewer rows than these say nothing about what is unique. */
const enough = 4;

/**
 * Adds what is unique in the data without being declared: single columns of names and numbers that stand for a row, and what the statement takes
 * for a row's name by grouping by it. A perturbed copy keeps it so, for a statement may rely on it.
 */
async function learnKeys(
  query: Query,
  place: Place,
  table: Table,
  { groups }: StatementFacts,
): Promise<Table> {
  const singles = table.columns.filter(
    ({ kind, name }, at) => kind === 'text' || (kind === 'integer' && (at === 0 || /id$/i.test(name))),
  );
  const sets = [
    ...singles.map(({ name }) => [name]),
    ...groups
      .filter((group) => group.table === table.name && group.columns.length > 1)
      .map(({ columns }) => columns),
  ].filter((set) => !table.keys.some((key) => key.join() === set.join()));
  const measures = sets.map((set) => {
    const columns = set.map(quoteName).join(', ');
    return `count(distinct (${columns})) filter (where (${columns}) is not null) = count(*)`;
  });
  const { rows } = await query(
    `select count(*), ${['true', ...measures].join(', ')} from ${nameOf(place, table.name)}`,
  );
  const [count = 0, , ...unique] = rows[0] ?? [];
  const learned = sets.filter((_, at) => unique[at] === true && Number(count) >= enough);
  return { ...table, keys: [...table.keys, ...learned], refs: [...table.refs], rows: Number(count) };
}

/** What refers to what without being declared: a column that is joined with a unique one and holds nothing else. */
async function learnRefs(
  query: Query,
  place: Place,
  table: Table,
  tables: Table[],
  { joins }: StatementFacts,
): Promise<Reference[]> {
  const found: Reference[] = [];
  for (const pair of joins.flatMap(([one, other]) => [[one, other] as const, [other, one] as const])) {
    const [from, to] = pair;
    const target = tables.find(({ name }) => name === to.table);
    const isKey = target?.keys.some((key) => key.length === 1 && key[0] === to.column);
    if (
      from.table !== table.name ||
      !isKey ||
      table.refs.concat(found).some(({ columns }) => columns.join() === from.column)
    )
      continue;
    const [column, key] = [quoteName(from.column), quoteName(to.column)];
    const stray = await query(
      `select exists (select from ${nameOf(place, table.name)} c where c.${column} is not null
        and not exists (select from ${nameOf(place, to.table)} p where p.${key}::text = c.${column}::text))`,
    );
    const ownKey = table.keys.some((set) => set.join() === from.column);
    if (stray.rows[0]?.[0] === false && !(ownKey && (target?.rows ?? 0) <= table.rows)) {
      found.push({ columns: [from.column], table: to.table, targets: [to.column] });
    }
  }
  return found;
}
