import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Rating } from '../db/tables/film-tables.ts';
import { vectorValue } from '../db/vector-value.ts';
import type { Embedder } from '../model/embedder.ts';
import { type FilmFilters, filmMatches } from './film-filters.ts';
import { withoutRequestWords } from './request-words.ts';

export interface FilmSearch {
  /** Natural language: "a film about a shark in Canada". */
  query: string;
  /** Hits at most. */
  limit: number;
  filters?: FilmFilters;
  signal?: AbortSignal;
}

export interface FilmHit {
  film_id: number;
  title: string;
  /** At most 300 characters of it. */
  description: string | null;
  category: string | null;
  release_year: number | null;
  /** Minutes. */
  length: number | null;
  rating: Rating | null;
  /** The fused score; only the order that it gives means anything. */
  score: number;
  /** Place in each of the two lists, from 1; null where a film is in one list only. */
  parts: { meaning: number | null; words: number | null };
}

/*
 * The words are materialized: otherwise the planner works each of them out again for every film, which takes
 * fifty times as long on a thousand films. For the same reason `offset 0` has their films counted once.
 * Counting the films of a word takes the index; asking whether there is one reads film after film.
 */

/** How far down each list is read before the lists are fused, and the constant of the fusion. */
const depth = 60;
const fusionConstant = 60;

/**
 * Finds films by what they are about, best first.
 *
 * Two lists are made in one statement: by the cosine distance of the embeddings, and by the words that a
 * film shares with the query. A word counts by its rarity, with the weight of S. E. Robertson and K. Sparck
 * Jones, "Relevance weighting of search terms", JASIS 27 (3), 1976: sharing any word is enough, and rare
 * ones decide. A word that no film has is taken as a beginning, without its last letter, so that "Canada"
 * finds "Canadian". The lists are fused by reciprocal rank: G. V. Cormack, C. L. A. Clarke and S. Büttcher,
 * "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.
 *
 * The vectors are read through `embedding::vector(N)` and `model`, so that an HNSW index on
 * `((embedding::vector(N)) vector_cosine_ops) where model = …` serves it when the films outgrow a scan.
 *
 * Rejects with the embedder's `ModelError`, and with the signal's reason.
 */
export async function searchFilms(
  db: Kysely<Schema>,
  embedder: Embedder,
  { query, limit, filters = {}, signal }: FilmSearch,
): Promise<FilmHit[]> {
  signal?.throwIfAborted();
  const asked = withoutRequestWords(query);
  const [vector = []] = await embedder.embed([asked], signal);
  signal?.throwIfAborted();
  const size = sql.lit(embedder.dimensions);
  const isFiltered = Object.values(filters).some((filter) => filter !== undefined);
  const { rows } = await sql<FilmHit>`
    with candidate as not materialized (
      select film_id, fulltext from films.film where ${filmMatches(filters)}
    ),
    near as (
      select film_id, row_number() over (order by distance, film_id) as place
      from (
        select film_id, embedding::vector(${size}) <=> ${vectorValue(db, vector)}::vector(${size}) as distance
        from films.film_embedding ${isFiltered ? sql`join candidate using (film_id)` : sql``}
        where model = ${embedder.model}
        order by distance
        limit ${depth}
      ) as nearest
    ),
    asked as materialized (
      select case
          when length(lexeme) < 5 or (select count(*) from films.film where fulltext @@ exact) > 0 then exact
          else (array_to_tsvector(array[left(lexeme, -1)])::text || ':*')::tsquery
        end as query
      from unnest(to_tsvector('pg_catalog.english', ${asked}))
      cross join lateral (select array_to_tsvector(array[lexeme])::text::tsquery as exact) as quoted
    ),
    word as materialized (
      select query, ln(1 + (films - having_it + 0.5) / (having_it + 0.5)) as weight
      from (
        select query, (select count(*) from films.film) as films,
          (select count(*) from films.film where fulltext @@ query) as having_it
        from asked
        offset 0
      ) as counted
      where having_it > 0
    ),
    worded as (
      select film_id, row_number() over (order by weight desc, film_id) as place
      from (
        select film_id, sum(word.weight * (1 + ts_rank(fulltext, query))) as weight
        from candidate join word on fulltext @@ query
        group by film_id
        order by weight desc, film_id
        limit ${depth}
      ) as matching
    ),
    fused as (
      select film_id, near.place as meaning, worded.place as words,
        coalesce(1::float8 / (${fusionConstant}::integer + near.place), 0)
          + coalesce(1::float8 / (${fusionConstant}::integer + worded.place), 0) as score
      from near full join worded using (film_id)
    ),
    best as materialized (
      select film_id, meaning, words, score from fused
      order by score desc, film_id
      limit ${limit}
    ),
    categorized as (
      select film_id, string_agg(name, ', ' order by name) as category
      from best join films.film_category using (film_id) join films.category using (category_id)
      group by film_id
    )
    select film_id, title, left(description, 300) as description, release_year, length, rating, score,
      json_build_object('meaning', meaning, 'words', words) as parts, category
    from best join films.film using (film_id) left join categorized using (film_id)
    order by score desc, film_id`.execute(db);
  return rows;
}
