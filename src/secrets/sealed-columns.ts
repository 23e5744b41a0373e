/** A column of sealed texts, and how its rows are named in the place that each is sealed for. */
export interface SealedColumn {
  /** The qualified name of the table. */
  table: string;
  /** A column that names the row within its tenant, as text. */
  row: string;
  /** Null in a row of the service itself. */
  tenant: string;
  column: string;
}

/** All of them: what is missing here is lost when a key of `BATON_SECRET_KEYS` is taken away after a rotation. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'baton.model_key', row: 'key_id', tenant: 'tenant_id', column: 'sealed' },
];
