import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Rating } from '../db/tables/film-tables.ts';

/** A film as data for programs: plain JSON. */
export interface Film {
  film_id: number;
  title: string;
  description: string | null;
  release_year: number | null;
  /** Without the blanks that pad it in the table. */
  language: string;
  original_language: string | null;
  /** Days that a copy may be kept. */
  rental_duration: number;
  /** Dollars, as numbers: the columns hold two decimals, which a JSON number gives back exactly. */
  rental_rate: number;
  replacement_cost: number;
  /** Minutes. */
  length: number | null;
  rating: Rating | null;
  special_features: string[];
  /** Several are joined with a comma, though a film of either shop has one. */
  category: string | null;
  /** In the order of their names. */
  actors: { actor_id: number; first_name: string; last_name: string }[];
  /** ISO 8601, UTC. */
  last_update: string;
}

/** Films with language, category and actors in one statement, however many films there are. */
export function selectFilms(
  db: Kysely<Schema>,
): SelectQueryBuilder<Schema & { film: Schema['films.film'] }, 'film', Film> {
  return db.selectFrom('films.film as film').select([
    'film.film_id',
    'film.title',
    'film.description',
    'film.release_year',
    'film.rental_duration',
    'film.length',
    'film.rating',
    sql<number>`film.rental_rate::float8`.as('rental_rate'),
    sql<number>`film.replacement_cost::float8`.as('replacement_cost'),
    sql<string[]>`coalesce(film.special_features, '{}')`.as('special_features'),
    nameOfLanguage<string>('film.language_id').as('language'),
    nameOfLanguage<string | null>('film.original_language_id').as('original_language'),
    sql<string | null>`(
        select string_agg(category.name, ', ' order by category.name)
        from films.film_category join films.category using (category_id)
        where film_category.film_id = film.film_id)`.as('category'),
    sql<Film['actors']>`(
        select coalesce(json_agg(
          json_build_object('actor_id', actor_id, 'first_name', first_name, 'last_name', last_name)
          order by last_name, first_name, actor_id), '[]')
        from films.film_actor join films.actor using (actor_id)
        where film_actor.film_id = film.film_id)`.as('actors'),
    sql<string>`to_char(film.last_update at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`.as('last_update'),
  ]);
}

function nameOfLanguage<Name>(column: 'film.language_id' | 'film.original_language_id') {
  return sql<Name>`(select trim(name) from films.language where language_id = ${sql.ref(column)})`;
}
