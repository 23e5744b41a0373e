import { type Kysely, sql } from 'kysely';

/**
 * Makes a role that nobody can log in as, unless the server has it, and lets the database's user act as it. Roles belong to the
 * whole server, where another process may make the same one at the same moment.
 *
 * Throws an `Error` that says what to run when the role is missing and the database's user may not make it.
 */
// biome-ignore lint/suspicious/noExplicitAny: migrations know no schema, and what runs later does
export async function makeRole(trx: Kysely<any>, name: string): Promise<void> {
  const role = `"${name.replaceAll('"', '""')}"`;
  const { rows } = await sql<{ found: boolean; may: boolean; acts: boolean }>`select
    exists (select from pg_roles where rolname = ${name}) as found,
    exists (select from pg_roles where rolname = ${name} and pg_has_role(oid, 'set')) as acts,
    (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may`.execute(trx);
  const state = rows[0];
  if (!state?.found) {
    if (!state?.may) {
      const fix = `CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO the user of DATABASE_URL WITH INHERIT FALSE, SET TRUE`;
      throw new Error(
        `The role ${name} is missing, and the database's user may not make roles. Run once: ${fix}.`,
      );
    }
    await makeUnlessMade(trx, name, role);
  }
  if (!state?.acts && state?.may) {
    await sql.raw(`grant ${role} to current_user with inherit false, set true`).execute(trx);
  }
}

/** A block of its own, so that who lost the race goes on with its transaction. */
async function makeUnlessMade(trx: Kysely<unknown>, name: string, role: string): Promise<void> {
  await sql
    .raw(`
    do $do$ begin
      perform pg_advisory_xact_lock(hashtext('baton role ${name.replaceAll("'", "''")}'));
      create role ${role} nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end $do$`)
    .execute(trx);
}
