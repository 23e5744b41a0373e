import { type Kysely, sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { Schema } from '../db/schema.ts';
import type { Embedder } from '../model/embedder.ts';

/** Hears how far work has come: `done` of `total` steps, the last of which was `what`. */
export type Progress = (done: number, total: number, what: string) => void;

/** Texts in one request to the embedder, and rows in one insert. */
const batchSize = 100;

/**
 * Embeds every film that has no vector of the embedder's model, and tells how many those were. Vectors of
 * other models stay: searches use those of their own model only, and going back costs nothing.
 *
 * Each batch is kept as it is done, so that a stopped run goes on where it was. Rejects with the
 * embedder's `ModelError`.
 */
export async function embedFilms(
  db: Kysely<Schema>,
  embedder: Embedder,
  { onProgress, signal }: { onProgress?: Progress; signal?: AbortSignal } = {},
): Promise<number> {
  const films = await filmsToEmbed(db, embedder.model);
  for (let start = 0; start < films.length; start += batchSize) {
    const batch = films.slice(start, start + batchSize);
    const vectors = await embedder.embed(
      batch.map((film) => film.text),
      signal,
    );
    const rows = batch.map(({ film_id }, index) => ({
      film_id,
      model: embedder.model,
      embedding: toSql(vectors[index] ?? []),
    }));
    await db
      .insertInto('films.film_embedding')
      .columns(['film_id', 'model', 'embedding'])
      .expression(
        sql`select film_id, model, embedding::vector
          from json_to_recordset(${JSON.stringify(rows)}::json) as row (film_id integer, model text, embedding text)`,
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    onProgress?.(start + batch.length, films.length, 'film descriptions embedded');
  }
  if (films.length > 0) await sql`analyze films.film_embedding`.execute(db);
  return films.length;
}

/** What is embedded of a film: its title, its description, its category, its actors. */
async function filmsToEmbed(db: Kysely<Schema>, model: string): Promise<{ film_id: number; text: string }[]> {
  const { rows } = await sql<{ film_id: number; text: string }>`
    select film.film_id, concat_ws(E'\n', film.title, film.description, category.names, actor.names) as text
    from films.film
    left join lateral (
      select string_agg(name, ', ' order by name) as names
      from films.film_category join films.category using (category_id)
      where film_id = film.film_id
    ) as category on true
    left join lateral (
      select string_agg(first_name || ' ' || last_name, ', ' order by actor_id) as names
      from films.film_actor join films.actor using (actor_id)
      where film_id = film.film_id
    ) as actor on true
    where not exists (
      select from films.film_embedding as made where made.film_id = film.film_id and made.model = ${model}
    )
    order by film.film_id`.execute(db);
  return rows;
}
