import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { WriteRow } from '../../evals/projects/tau/tables/tau-schema.ts';
import { type Action, type Domain, readCollections, type TauTask } from '../../evals/sources/tau/tau-data.ts';
import { toRows } from '../../evals/sources/tau/to-rows.ts';
import { copyWorld, fillWorld } from '../../evals/sources/tau/worlds.ts';
import { ToolError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/message.ts';
import { toolContext } from '../support/tool-context.ts';
import type { Stage } from './open-stage.ts';

/** What a call comes to. */
export interface Result {
  tool: string;
  status: 'success' | 'error';
  content: string;
}

/** What a task must come to. */
export interface Gold {
  /** The world after its gold actions. */
  world: string;
  results: Result[];
  /** Every write that was tried, in order. */
  writes: Write[];
}

export type Write = Selectable<WriteRow>;

/** Makes the world in which a task begins. */
export async function prepareWorld(stage: Stage, task: TauTask, world: string): Promise<void> {
  const { db, domains } = stage;
  if (Object.keys(task.data).length === 0) await copyWorld(db, domains[task.domain].base, world);
  else await fillWorld(db, world, toRows(task.domain, merge(readCollections(task.domain), task.data)));
  await applyAll(stage, task, world, task.before);
  await db.deleteFrom('tau.write').where('world', '=', world).execute();
}

/** Carries out a task's gold actions by calling the tools' functions one after the other, without the machine. */
export async function applyDirectly(stage: Stage, task: TauTask): Promise<Gold> {
  const world = randomUUID();
  await prepareWorld(stage, task, world);
  const results = await applyAll(stage, task, world, task.actions);
  return { world, results, writes: await listWrites(stage, world) };
}

/** The writes that were tried in a world, in order. */
export function listWrites({ db }: Stage, world: string): Promise<Write[]> {
  return db.selectFrom('tau.write').selectAll().where('world', '=', world).orderBy('seq').execute();
}

async function applyAll(stage: Stage, task: TauTask, world: string, actions: Action[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const action of actions) results.push(await callTool(stage, task.domain, world, action));
  return results;
}

/** Calls a tool's function on a world. */
export async function callTool(
  { context, domains }: Stage,
  domain: Domain,
  world: string,
  action: Action,
): Promise<Result> {
  const tool = domains[domain].tools.get(action.name);
  if (!tool) throw new Error(`there is no tool ${action.name}`);
  const { database, embedder } = context;
  const ids = { threadId: world, runId: 'direct', callId: randomUUID() };
  const own = toolContext({ database, embedder }, ids);
  try {
    const result = await tool.run(tool.parameters.parse(action.arguments), own);
    const content = typeof result === 'string' ? result : result.content;
    return { tool: action.name, status: 'success', content };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { tool: action.name, status: 'error', content: error.message };
  }
}

/** Objects are merged key by key; everything else is replaced. */
function merge<Value extends JsonObject>(base: Value, changes: JsonObject): Value {
  const merged: JsonObject = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(change) ? merge(old, change) : change;
  }
  return merged as Value; // the shape is the base's
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
