import { quoteName } from '../../../sql/quote.ts';
import type { Table } from './read-tables.ts';

/** Where copies are. */
export interface Place {
  schema: string;
}

export function nameOf({ schema }: Place, table: string): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}

/** A row as text, the same for the same values. */
export function textOfRow(alias: string, { columns }: Table): string {
  return `(row(${columns.map(({ name }) => `${alias}.${quoteName(name)}`).join(', ')}))::text`;
}

/** A number from 0 up for each row, in an order that looks random and is always the same for a seed. */
export function shuffled(seed: string, alias = ''): string {
  return `row_number() over (order by md5(${alias}ctid::text || '${seed}')) - 1`;
}

/** The places of about this part of a table's rows, and at least two; always the same for a seed. */
export function share(place: Place, table: Table, seed: string, part = 4, where = 'true'): string {
  return `(select ctid from ${nameOf(place, table.name)} where ${where} order by md5(ctid::text || '${seed}')
    limit (select greatest(2, count(*) / ${part}) from ${nameOf(place, table.name)} where ${where}))`;
}
