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

/** Fields that hold somebody's name: `name`, `user_name`, `customerName`, `surname`; and all texts below `user`, `customer` and the like. */
const named = /(?:^|[_-])(?:name|nickname|surname)$|[a-z]Name$/i;
const person = /^(?:user|customer|person|contact|client|patient|employee)$/i;

function namesIn(value: unknown, isPerson = false): string[] {
  if (typeof value === 'string') return isPerson ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, isPerson));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const isOwn =
      isPerson || person.test(key) || (typeof one === 'string' && named.test(key) && !notOfPeople.test(key));
    return namesIn(one, isOwn);
  });
}

/** Names of things. */
const notOfPeople = /graph|assistant|agent|tool|file|model|run|thread|host|collection/i;
