import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type FilmFilters, filmMatches } from './film-filters.ts';
import { type Film, selectFilms } from './select-films.ts';

export const filmSorts = ['title', 'length', 'rental_rate', 'release_year'] as const;

export interface FilmListQuery extends FilmFilters {
  /** Words of the title or the description, in the syntax of web searches, or a part of the title. */
  q?: string | undefined;
  sort?: (typeof filmSorts)[number] | undefined;
  order?: 'asc' | 'desc' | undefined;
  limit: number;
  /** How many films to pass over. */
  offset: number;
}

export interface FilmPage {
  films: Film[];
  /** How many films match, on all pages together. */
  total: number;
}

/**
 * One page of the films that match, by title unless told otherwise, and how many there are: two statements.
 * Films that are equal in the sort stand by their number, so that pages neither repeat nor miss one.
 */
export async function listFilms(db: Kysely<Schema>, query: FilmListQuery): Promise<FilmPage> {
  const { q, sort = 'title', order = 'asc', limit, offset } = query;
  const condition = q ? sql<SqlBool>`${filmMatches(query)} and ${hasWords(q)}` : filmMatches(query);
  const { total } = await db
    .selectFrom('films.film as film')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where(condition)
    .executeTakeFirstOrThrow();
  const films = await selectFilms(db)
    .where(condition)
    .orderBy(`film.${sort}`, (by) => (order === 'desc' ? by.desc() : by.asc()).nullsLast())
    .orderBy('film.film_id')
    .limit(limit)
    .offset(offset)
    .execute();
  return { films, total };
}

function hasWords(q: string): RawBuilder<SqlBool> {
  const part = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`(film.fulltext @@ websearch_to_tsquery('pg_catalog.english', ${q}) or film.title ilike ${part})`;
}
