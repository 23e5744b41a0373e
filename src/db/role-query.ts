import pg from 'pg';

type Connection = Parameters<InternalQuery['prepare']>[0];

/** What pg's query does with the protocol's messages, which its types leave out. */
interface InternalQuery {
  prepare(connection: {
    parse(message: { text: string }): void;
    bind(message: object): void;
    execute(message: object): void;
  }): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: { text: string }, connection: unknown): void;
}

const Base = pg.Query as unknown as new (
  config: { text: string; values: unknown[]; queryMode: 'extended' },
  values: undefined,
  callback: (error: Error | null, result: pg.QueryResult) => void,
) => InternalQuery;

/**
 * A statement that is preceded by a `select` of settings, both sent at once. Up to the synchronisation that ends them they are one
 * transaction, as PostgreSQL's protocol has it (Message Flow: Pipelining), so settings that are local to a transaction hold for the
 * statement, cost no round trip, and are gone after it.
 */
class QueryInRole extends Base {
  readonly #setting: string;
  #set = false;

  constructor(setting: string, text: string, values: unknown[], done: ConstructorParameters<typeof Base>[2]) {
    super({ text, values, queryMode: 'extended' }, undefined, done);
    this.#setting = setting;
  }

  override prepare(connection: Connection): void {
    connection.parse({ text: this.#setting });
    connection.bind({});
    connection.execute({});
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (this.#set) super.handleDataRow(message);
  }

  override handleCommandComplete(message: { text: string }, connection: unknown): void {
    if (this.#set) super.handleCommandComplete(message, connection);
    this.#set = true;
  }
}

/** Runs one statement with settings that hold for it alone. */
export function queryInRole(
  client: pg.ClientBase,
  setting: string,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new QueryInRole(setting, text, [...values], (error, result) =>
      error ? reject(error) : resolve(result),
    );
    client.query(query as unknown as pg.Submittable); // pg takes whatever can submit itself
  });
}
