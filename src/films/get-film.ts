import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Film, selectFilms } from './select-films.ts';

/** The film with this number, or undefined. `filmId` is a whole number that fits Postgres's `integer`. */
export function getFilm(db: Kysely<Schema>, filmId: number): Promise<Film | undefined> {
  return selectFilms(db).where('film.film_id', '=', filmId).executeTakeFirst();
}
