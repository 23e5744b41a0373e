import { type Kysely, sql } from 'kysely';

/**
 * Vectors of films lie in their rows, as far as a page has room for them, instead of in pieces elsewhere: a search reads all of them, and putting
 * the pieces together took it as long as comparing them. What was there is written anew.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table films.film_embedding set (toast_tuple_target = 8160)',
    'create temporary table film_vectors on commit drop as select * from films.film_embedding',
    'delete from films.film_embedding',
    'insert into films.film_embedding select * from film_vectors',
    'drop table film_vectors',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
