import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { AppContext } from '../../../src/app-context.ts';
import { ToolError } from '../../../src/errors.ts';
import type { Tool, ToolContext } from '../../../src/handoff/define-tool.ts';
import { asOwner } from '../../../src/tenancy.ts';
import type { TauSchema } from '../../projects/tau/tables/tau-schema.ts';
import { worldTables } from '../../projects/tau/tables/world-tables.ts';
import { type Action, type Domain, readCollections, type TauTask } from './tau-data.ts';
import { toRows } from './to-rows.ts';
import { copyWorld, fillWorld, makeTables } from './worlds.ts';

/** The worlds of a task: the one that its case works in, and the one as it has to be in the end. */
export function worldsOf({ domain, id }: TauTask): { played: string; gold: string } {
  return { played: uuidOf(`${domain} ${id} played`), gold: uuidOf(`${domain} ${id} gold`) };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Makes the tables and both worlds of each task, by calling the tools' functions for what happened before and for the gold actions. */
export async function makeWorlds(context: AppContext, tasks: readonly TauTask[]): Promise<void> {
  const db = context.db.withTables<TauSchema>();
  await asOwner(async () => {
    await makeTables(db);
    await sql.raw(differing()).execute(db);
  });
  const bases = new Map<Domain, string>();
  for (const domain of new Set(tasks.map((task) => task.domain))) {
    const base = randomUUID();
    await fillWorld(db, base, toRows(domain, readCollections(domain)));
    bases.set(domain, base);
  }
  for (const task of tasks) {
    const { played, gold } = worldsOf(task);
    await copyWorld(db, bases.get(task.domain) ?? '', played);
    await carryOut(context, task, task.before, played);
    await copyWorld(db, played, gold);
    await carryOut(context, task, task.actions, gold);
  }
}

async function carryOut(
  context: AppContext,
  { domain }: TauTask,
  actions: readonly Action[],
  world: string,
): Promise<void> {
  const tools = toolsOf(context, domain);
  for (const { name, arguments: args } of actions) {
    const tool = tools.get(name);
    if (!tool) throw new Error(`There is no tool ${name}.`);
    const { database, embedder } = context;
    const { signal } = new AbortController();
    const own: Partial<ToolContext> = {
      database,
      embedder,
      threadId: world,
      callId: randomUUID(),
      configurable: {},
      signal,
    };
    try {
      await tool.run(tool.parameters.parse(args), own as ToolContext); // these tools look at nothing else
    } catch (error) {
      if (!(error instanceof ToolError)) throw error; // the data asks for calls that are refused
    }
  }
}

function toolsOf({ graphs }: AppContext, domain: Domain): Map<string, Tool> {
  const seats = [...(graphs.get(domain)?.seats.values() ?? [])];
  return new Map(seats.flatMap(({ tools }) => tools.map((tool) => [tool.name, tool])));
}

/** A query that counts the rows by which the two worlds of a task differ. */
export function differenceOf(task: TauTask): string {
  const { played, gold } = worldsOf(task);
  return `select tau.differing('${played}', '${gold}') as differing`;
}

/** `tau.differing(one, other)`: how many rows of two worlds are in one of them alone. */
function differing(): string {
  const sides = Object.entries(worldTables).flatMap(([table, { columns }]) => {
    const rows = (world: string) =>
      `select ${Object.keys(columns).join(', ')} from tau.${table} where world = ${world}`;
    return [
      ['$1', '$2'],
      ['$2', '$1'],
    ].map(
      ([one = '', other = '']) => `(select count(*) from (${rows(one)} except ${rows(other)}) as ${table})`,
    );
  });
  return `create function tau.differing(uuid, uuid) returns int language sql stable as 'select (${sides.join(' + ')})::int'`;
}
