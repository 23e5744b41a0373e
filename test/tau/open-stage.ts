import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { TauSchema } from '../../evals/projects/tau/tables/tau-schema.ts';
import { type Domain, readCollections } from '../../evals/sources/tau/tau-data.ts';
import { toRows } from '../../evals/sources/tau/to-rows.ts';
import { fillWorld, makeTables } from '../../evals/sources/tau/worlds.ts';
import type { AppContext } from '../../src/app-context.ts';
import type { Tool } from '../../src/handoff/define-tool.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { type GoldModel, goldModel } from './gold-model.ts';

/** The whole machine with both domains, ready to play tasks. */
export interface Stage {
  context: AppContext;
  db: Kysely<TauSchema>;
  model: GoldModel;
  domains: Record<Domain, Cast>;
}

/** Who plays a domain, and in which world every task of it begins. */
export interface Cast {
  base: string;
  start: string;
  /** The agent of each tool. */
  owners: Map<string, string>;
  tools: Map<string, Tool>;
}

/** Opens the machine on a database of its own, which goes when the test ends, and loads both domains into it. */
export async function openStage(): Promise<Stage> {
  const model = goldModel();
  const context = await openTestContext({ project: 'evals/projects/tau', chat: model.chat });
  const db = context.db.withTables<TauSchema>();
  await makeTables(db);
  const open = async (domain: Domain): Promise<Cast> => {
    const base = randomUUID();
    await fillWorld(db, base, toRows(domain, readCollections(domain)));
    return { base, ...castOf(context, domain) };
  };
  return { context, db, model, domains: { retail: await open('retail'), mock: await open('mock') } };
}

function castOf({ graphs }: AppContext, domain: Domain): Omit<Cast, 'base'> {
  const loaded = graphs.get(domain);
  if (!loaded) throw new Error(`the graph ${domain} has mistakes: ${JSON.stringify(graphs.problems)}`);
  const owned = [...loaded.seats].flatMap(([agent, { tools }]) =>
    tools.map((tool) => [agent, tool] as const),
  );
  const owners = new Map(owned.map(([agent, { name }]) => [name, agent]));
  if (owners.size !== owned.length) throw new Error('a tool has two owners');
  return { start: loaded.graph.start, owners, tools: new Map(owned.map(([, tool]) => [tool.name, tool])) };
}
