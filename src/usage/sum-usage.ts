import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** What usage can be told by, and picked by. Days and months are those of UTC. */
export const usageKeys = [
  'tenant',
  'day',
  'month',
  'user',
  'graph',
  'agent',
  'role',
  'kind',
  'provider',
  'model',
  'key',
  'api_key',
  'thread',
  'run',
  'outcome',
] as const;
export type UsageKey = (typeof usageKeys)[number];

export interface UsageQuery {
  by: UsageKey[];
  /** From then on, and up to then, which is not included. */
  from: Date;
  to: Date;
  /** Values that keys must have; empty for calls that have none. */
  where: [UsageKey, string][];
  limit: number;
  /** The keys of the row before the first one. */
  after?: string[];
}

export interface UsageSum {
  calls: number;
  /** Calls that gave no reply. */
  unfinished: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  audio_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  audio_output_tokens: number;
  total_tokens: number;
  /** Nano-dollars, as a text. */
  cost_nano: string;
  /** Calls whose tokens are counted by us, and calls of models that have no price. */
  estimated_calls: number;
  unpriced_calls: number;
  milliseconds: number;
}

/** A row a group: its keys, in the order in which they were asked for, and its sums. */
export interface UsageRow {
  keys: string[];
  sum: UsageSum;
}

/** Usage of the tenant's calls that are over, in the order of the groups' keys. Under `asService`, that of all tenants. */
export async function sumUsage(db: Kysely<Schema>, query: UsageQuery): Promise<UsageRow[]> {
  const { by, after, limit } = query;
  const names = by.map((_, at) => sql.ref(`k${at}`));
  const keys = by.map((key, at) => sql`${keyColumns[key]} as ${names[at]}`);
  const begins =
    after && by.length > 0
      ? sql`where (${sql.join(names)}) > (${sql.join(after.map((key) => sql`${key}::text collate "C"`))})`
      : sql``;
  const order = by.length > 0 ? sql`order by ${sql.join(names)}` : sql``;
  const { rows } = await sql<Record<string, string> & UsageSum>`
    select * from (
      select ${sql.join([...keys, ...sums])} from baton.model_call
      where ${conditions(query)}
      ${by.length > 0 ? sql`group by ${sql.join(by.map((_, at) => sql.lit(at + 1)))}` : sql``}
    ) grouped ${begins} ${order} limit ${limit}`.execute(db);
  return rows.map((row) => ({ keys: by.map((_, at) => row[`k${at}`] ?? ''), sum: withoutKeys(row) }));
}

function conditions({ from, to, where }: UsageQuery): RawBuilder<unknown> {
  const asked = where.map(([key, value]) => sql`${keyColumns[key]} = ${value}`);
  const always = [sql`outcome <> 'pending'`, sql`started_at >= ${from}`, sql`started_at < ${to}`];
  return sql.join([...always, ...asked], sql` and `);
}

const text = (column: string) => sql`coalesce(${sql.ref(column)}, '') collate "C"`;
const at = (form: string) => sql`to_char(started_at at time zone 'UTC', ${sql.lit(form)}) collate "C"`;

const keyColumns: Record<UsageKey, RawBuilder<unknown>> = {
  tenant: text('tenant_id'),
  day: at('YYYY-MM-DD'),
  month: at('YYYY-MM'),
  user: text('user_id'),
  graph: text('graph'),
  agent: text('agent'),
  role: text('role'),
  kind: text('kind'),
  provider: text('provider'),
  model: sql`(case when provider = model then model else provider || ':' || model end) collate "C"`,
  key: text('model_key'),
  api_key: text('api_key_id'),
  thread: text('thread_id'),
  run: text('run_id'),
  outcome: text('outcome'),
};

const tokens = (column: string) => sql`coalesce(sum(${sql.ref(column)}), 0)::bigint as ${sql.ref(column)}`;

const sums = [
  sql`count(*)::bigint as calls`,
  sql`count(*) filter (where outcome <> 'ok')::bigint as unfinished`,
  tokens('input_tokens'),
  tokens('cached_input_tokens'),
  tokens('cache_write_tokens'),
  tokens('audio_input_tokens'),
  tokens('output_tokens'),
  tokens('reasoning_tokens'),
  tokens('audio_output_tokens'),
  sql`coalesce(sum(input_tokens + output_tokens), 0)::bigint as total_tokens`,
  sql`coalesce(sum(cost_nano), 0)::text as cost_nano`,
  sql`count(*) filter (where estimated and input_tokens + output_tokens > 0)::bigint as estimated_calls`,
  sql`count(*) filter (where cost_nano is null)::bigint as unpriced_calls`,
  tokens('milliseconds'),
];

function withoutKeys(row: Record<string, string> & UsageSum): UsageSum {
  return Object.fromEntries(
    Object.entries(row).filter(([name]) => !/^k\d+$/.test(name)),
  ) as unknown as UsageSum; // the rest of the row
}
