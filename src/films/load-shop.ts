import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Embedder } from '../model/embedder.ts';
import { embedFilms, type Progress } from './embed-films.ts';
import { insertRows } from './insert-rows.ts';
import { replaceShop } from './replace-shop.ts';
import { type Shop, shopTableNames, shopTables } from './shop-tables.ts';

/**
 * Loads the project's own shop where there is no film yet, and embeds the films that have no vector of the
 * embedder's model. Two processes that start at once load it once. Tells whether the shop was loaded now.
 */
export async function ensureShop(
  db: Kysely<Schema>,
  embedder: Embedder,
  { onProgress, signal }: { onProgress?: Progress; signal?: AbortSignal } = {},
): Promise<boolean> {
  const loaded = !(await hasFilms(db)) && (await loadOnce(db, onProgress));
  await embedFilms(db, embedder, { ...(onProgress && { onProgress }), ...(signal && { signal }) });
  return loaded;
}

async function loadOnce(db: Kysely<Schema>, onProgress?: Progress): Promise<boolean> {
  const { generateShop } = await import('./generate-shop.ts');
  return db.transaction().execute(async (trx) => {
    await sql`lock table films.film in share row exclusive mode`.execute(trx);
    if (await hasFilms(trx)) return false;
    await fillShop(trx, generateShop(), onProgress);
    return true;
  });
}

async function hasFilms(db: Kysely<Schema>): Promise<boolean> {
  const film = await db.selectFrom('films.film').select('film_id').limit(1).executeTakeFirst();
  return film !== undefined;
}

/** Replaces what the database holds by this shop, in one transaction: all of it or nothing. */
export async function loadShop(db: Kysely<Schema>, shop: Shop, onProgress?: Progress): Promise<void> {
  await db.transaction().execute((trx) => fillShop(trx, shop, onProgress));
}

function fillShop(trx: Kysely<Schema>, shop: Shop, onProgress?: Progress): Promise<void> {
  return replaceShop(trx, async () => {
    for (const [index, table] of shopTableNames.entries()) {
      await insertRows(trx, table, shopTables[table], shop[table]);
      onProgress?.(index + 1, shopTableNames.length, table);
    }
  });
}
