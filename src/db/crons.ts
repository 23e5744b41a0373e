import { type ExpressionBuilder, type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { JsonObject } from '../message.ts';
import type { Schema } from './schema.ts';
import type { CronTable } from './tables/cron-tables.ts';

export type Cron = Selectable<CronTable>;

/** What can be said about a cron, and changed; the payload and the metadata as data. */
export interface CronFields
  extends Pick<Cron, 'schedule' | 'timezone' | 'end_time' | 'enabled' | 'on_run_completed'> {
  payload: JsonObject;
  metadata: JsonObject;
}

export interface CronFilter {
  assistantId?: string;
  threadId?: string;
  enabled?: boolean;
  /** What the metadata must contain. */
  metadata?: JsonObject;
}

export interface CronPage {
  limit: number;
  offset: number;
  sortBy:
    | 'cron_id'
    | 'assistant_id'
    | 'thread_id'
    | 'created_at'
    | 'updated_at'
    | 'next_run_date'
    | 'end_time';
  sortOrder: 'asc' | 'desc';
}

export function insertCron(
  db: Kysely<Schema>,
  ids: Pick<Insertable<CronTable>, 'cron_id' | 'assistant_id' | 'thread_id'>,
  fields: CronFields,
): Promise<Cron> {
  return db
    .insertInto('baton.cron')
    .values({ ...ids, ...toColumns(fields), user_id: null })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function getCron(db: Kysely<Schema>, cronId: string): Promise<Cron | undefined> {
  return db.selectFrom('baton.cron').selectAll().where('cron_id', '=', cronId).executeTakeFirst();
}

/** A cron that nobody else changes until the transaction ends. */
export function lockCron(trx: Kysely<Schema>, cronId: string): Promise<Cron | undefined> {
  return trx
    .selectFrom('baton.cron')
    .selectAll()
    .where('cron_id', '=', cronId)
    .forUpdate()
    .executeTakeFirst();
}

export function updateCron(db: Kysely<Schema>, cronId: string, fields: CronFields): Promise<Cron> {
  return db
    .updateTable('baton.cron')
    .set({ ...toColumns(fields), updated_at: sql`now()` })
    .where('cron_id', '=', cronId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function setNextDate(db: Kysely<Schema>, cronId: string, date: Date | null): Promise<Cron> {
  return db
    .updateTable('baton.cron')
    .set({ next_run_date: date })
    .where('cron_id', '=', cronId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** False when there is no such cron. */
export async function deleteCron(db: Kysely<Schema>, cronId: string): Promise<boolean> {
  const deleted = await db.deleteFrom('baton.cron').where('cron_id', '=', cronId).executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** A page of the crons that match; those without a value to sort by come last. */
export function searchCrons(
  db: Kysely<Schema>,
  filter: CronFilter,
  { limit, offset, sortBy, sortOrder }: CronPage,
): Promise<Cron[]> {
  return db
    .selectFrom('baton.cron')
    .selectAll()
    .where((eb) => matches(eb, filter))
    .orderBy(sortBy, (order) => (sortOrder === 'asc' ? order.asc() : order.desc()).nullsLast())
    .orderBy('cron_id', sortOrder)
    .limit(limit)
    .offset(offset)
    .execute();
}

/** How many crons match. */
export async function countCrons(db: Kysely<Schema>, filter: CronFilter): Promise<number> {
  const { count } = await db
    .selectFrom('baton.cron')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) => matches(eb, filter))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Crons that should have started a run more than `seconds` ago. */
export function listOverdueCrons(db: Kysely<Schema>, seconds: number, limit: number): Promise<Cron[]> {
  return db
    .selectFrom('baton.cron')
    .selectAll()
    .where('next_run_date', '<', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .orderBy('next_run_date')
    .limit(limit)
    .execute();
}

/** The database's clock, which all processes share. */
export async function readClock(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return rows[0]?.now ?? new Date();
}

function toColumns({ payload, metadata, ...fields }: CronFields) {
  return { ...fields, payload: JSON.stringify(payload), metadata: JSON.stringify(metadata) };
}

function matches(
  eb: ExpressionBuilder<Schema, 'baton.cron'>,
  { assistantId, threadId, enabled, metadata = {} }: CronFilter,
) {
  return eb.and([
    ...(Object.keys(metadata).length > 0
      ? [sql<boolean>`metadata @> ${JSON.stringify(metadata)}::jsonb`]
      : []),
    ...(assistantId === undefined ? [] : [eb('assistant_id', '=', assistantId)]),
    ...(threadId === undefined ? [] : [eb('thread_id', '=', threadId)]),
    ...(enabled === undefined ? [] : [eb('enabled', '=', enabled)]),
  ]);
}
