import type { Kysely } from 'kysely';
import { errorMessage, ToolError } from '../../../../src/errors.ts';
import type { ToolContext } from '../../../../src/handoff/define-tool.ts';
import type { JsonObject } from '../../../../src/message.ts';
import type { TauSchema } from './tau-schema.ts';

/** One copy of the shop, and the connection or transaction to reach it by. */
export interface World {
  db: Kysely<TauSchema>;
  id: string;
}

/** The world that a tool works in: the one that the caller named, or the thread's own. */
export function worldOf({
  database,
  threadId,
  configurable,
}: Pick<ToolContext, 'database' | 'threadId' | 'configurable'>): World {
  const { world } = configurable;
  return { db: database.db.withTables<TauSchema>(), id: typeof world === 'string' ? world : threadId };
}

/**
 * Changes a world in one transaction, and writes down that it was tried: under the call's id, with the
 * arguments and what came of it. What throws a `ToolError` changes nothing.
 */
export async function changeWorld(
  context: ToolContext,
  { tool, args }: { tool: string; args: object },
  change: (world: World) => Promise<unknown>,
): Promise<string> {
  const world = worldOf(context);
  const log = (db: World['db'], outcome: string) =>
    logWrite({ ...world, db }, context.callId, tool, args, outcome);
  try {
    return await world.db.transaction().execute(async (trx) => {
      const result = await change({ ...world, db: trx });
      await log(trx, 'done');
      return JSON.stringify(result);
    });
  } catch (error) {
    if (error instanceof ToolError) await log(world.db, errorMessage(error));
    throw error;
  }
}

async function logWrite(
  { db, id }: World,
  callId: string,
  tool: string,
  args: object,
  outcome: string,
): Promise<void> {
  const row = { world: id, call_id: callId, tool, args: JSON.stringify(args), outcome };
  await db.insertInto('tau.write').values(row).execute();
}

/** An object without the keys that have no value. */
export function present(fields: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as JsonObject; // callers pass JSON
}
