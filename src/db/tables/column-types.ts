import type { ColumnType, JSONColumnType } from 'kysely';

/** Written as a JSON text, read as data. */
export type Jsonb<T extends object | null> = JSONColumnType<T, string, string>;

export type Time = ColumnType<Date, Date | string | undefined, Date | string>;
