import type { AppContext } from '../../app-context.ts';
import type { Run } from '../../db/runs.ts';

/** What the metadata of a thread and of its runs call people, and the names and addresses of the users who asked. */
export async function namesOfThread(
  db: AppContext['db'],
  metadata: Record<string, unknown>,
  runs: Run[],
): Promise<string[]> {
  const told = [metadata, ...runs.map((run) => run.metadata)].flatMap((told) => namesIn(told));
  const ids = [...new Set(runs.flatMap(({ user_id }) => user_id ?? []))];
  if (ids.length === 0) return told;
  const users = await db
    .selectFrom('baton.user')
    .select(['name', 'email'])
    .where('user_id', 'in', ids)
    .execute();
  return [...told, ...users.flatMap(({ name, email }) => [name, email])];
}

function namesIn(value: unknown, isPerson = false): string[] {
  if (typeof value === 'string') return isPerson ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, isPerson));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    return namesIn(one, isPerson || isOfPeople(key));
  });
}

/**
 * Whether a field holds people or their names: its last word, of `assignedOwner`, `user_name`, `profile-name`, is a person or a name that is not a
 * thing's.
 */
function isOfPeople(key: string): boolean {
  const words = wordsOf(key);
  const last = words.at(-1) ?? '';
  return people.has(last) || (names.has(last) && !words.some((word) => things.has(word)));
}

/** In small letters, in the singular. */
function wordsOf(key: string): string[] {
  const parted = key.replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ').toLowerCase();
  return parted.split(/[^\p{L}\p{M}]+/u).flatMap((word) => (word ? word.replace(/s$/, '') : []));
}

const people = new Set(
  `applicant approver assignee attendee author buyer caller candidate client contact creator customer employee guest manager member owner
  passenger patient payee payer people person recipient reporter requester sender student tenant traveler traveller user visitor`.split(
    /\s+/,
  ),
);

const names = new Set(
  'name nickname surname username firstname lastname fullname displayname forename middlename'.split(' '),
);

const things = new Set(
  `agent app assistant branch city collection column company country database event field file folder graph group host model page path plan
  product project queue repo repository role run server service street table tag team thread tool`.split(
    /\s+/,
  ),
);
