/** Where a sealed text stands. It opens at this place and at no other. */
export interface SealPlace {
  /** Null: the service's own. */
  tenant: string | null;
  /** The qualified name of the table, and of its column where it seals more than one. */
  table: string;
  /** The row's key within the tenant. */
  row: string;
}

/** What is authenticated along with the text: JSON, so that no two places read the same. */
export function boundTo({ tenant, table, row }: SealPlace): Buffer {
  return Buffer.from(JSON.stringify([tenant, table, row]));
}

export function shownPlace({ tenant, table, row }: SealPlace): string {
  return `${table} ${row} of ${tenant === null ? 'the service' : tenant}`;
}
