import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** The texts that a version of a graph was read from. */
export interface GraphFiles {
  graph: string;
  /** By name, those that the graph names. */
  agents: Record<string, string>;
}

/** Keeps a version of a graph. What is kept already stays as it is: the version is a hash of the texts. */
export async function saveGraphVersion(
  db: Kysely<Schema>,
  { graph, version, files }: { graph: string; version: string; files: GraphFiles },
): Promise<void> {
  await db
    .insertInto('baton.graph_version')
    .values({ graph, version, files: JSON.stringify(files) })
    .onConflict((conflict) => conflict.columns(['graph', 'version']).doNothing())
    .execute();
}

export async function getGraphFiles(
  db: Kysely<Schema>,
  graph: string,
  version: string,
): Promise<GraphFiles | undefined> {
  const row = await db
    .selectFrom('baton.graph_version')
    .select('files')
    .where('graph', '=', graph)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.files;
}
