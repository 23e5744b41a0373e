import { migrate } from '../../src/db/migrate.ts';
import { openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import { patientLimits } from '../../src/db/session-limits.ts';
import { createTenant } from '../../src/db/tenants.ts';
import { ensureShop } from '../../src/films/load-shop.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { asOwner } from '../../src/tenancy.ts';

/** A database on a server, or a folder for the embedded one. */
export type Place = { url: string } | { folder: string };

/**
 * Brings an empty database to where a service begins: the schema, the film shop, a tenant and its key. Returns the key, and how many
 * films the SQL of the scenario counts.
 */
export async function prepareDatabase(place: Place): Promise<{ key: string; longFilms: number }> {
  const database =
    'url' in place ? openPostgres(place.url, { limits: patientLimits }) : await openEmbedded(place.folder);
  const { db } = database;
  try {
    await migrate(db);
    await asOwner(() => ensureShop(db, createLocalEmbedder()));
    await createTenant(db, { tenantId: 'bench', name: 'bench' });
    const { text } = await makeKey(db, 'command', 'bench', { name: 'bench', role: 'admin' });
    const { films } = await asOwner(() =>
      db
        .selectFrom('films.film')
        .select((film) => film.fn.countAll<string>().as('films'))
        .where('length', '>', 120)
        .executeTakeFirstOrThrow(),
    );
    return { key: text, longFilms: Number(films) };
  } finally {
    await database.close();
  }
}
