import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Rating } from '../db/tables/film-tables.ts';

/** Which films are meant; every filter that is given must hold. Names are compared without regard to case. */
export interface FilmFilters {
  category?: string | undefined;
  rating?: Rating | undefined;
  /** The spoken language. */
  language?: string | undefined;
  /** Minutes, included. */
  minLength?: number | undefined;
  maxLength?: number | undefined;
  releaseYear?: number | undefined;
}

/** The filters as a condition on a row named `film`. */
export function filmMatches(filters: FilmFilters): RawBuilder<SqlBool> {
  const { category, rating, language, minLength, maxLength, releaseYear } = filters;
  const conditions: RawBuilder<SqlBool>[] = [sql`true`];
  if (category !== undefined) conditions.push(isOfCategory(category));
  if (language !== undefined) conditions.push(isSpokenIn(language));
  if (rating !== undefined) conditions.push(sql`film.rating = ${rating}::films.mpaa_rating`);
  if (minLength !== undefined) conditions.push(sql`film.length >= ${minLength}`);
  if (maxLength !== undefined) conditions.push(sql`film.length <= ${maxLength}`);
  if (releaseYear !== undefined) conditions.push(sql`film.release_year = ${releaseYear}`);
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

function isOfCategory(category: string): RawBuilder<SqlBool> {
  return sql`exists (
    select from films.film_category join films.category using (category_id)
    where film_category.film_id = film.film_id and lower(category.name) = lower(${category}))`;
}

/** Trimmed: language names are padded to 20 characters. */
function isSpokenIn(language: string): RawBuilder<SqlBool> {
  return sql`exists (
    select from films.language
    where language.language_id = film.language_id and lower(trim(language.name)) = lower(${language}))`;
}
