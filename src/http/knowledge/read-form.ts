import type { Context } from 'hono';
import { CallerError } from '../../errors.ts';
import type { NewDocument } from '../../knowledge/ingest/add-document.ts';
import { plainName } from './document-fields.ts';
import { type Facts, readFacts } from './read-facts.ts';
import { type FilePart, type Part, readParts } from './read-parts.ts';
import { bodyOf, bounded, saidType } from './upload-body.ts';

type Next = IteratorResult<Part, void>;

/**
 * The documents of a form: its files, of which each is what the fields before all of them say. A file whose end is followed by
 * what may not be there ends in a `CallerError`, so that it is not taken.
 */
export async function* readForm(c: Context, maxBytes: number): AsyncGenerator<NewDocument, void> {
  const parts = readParts(bodyOf(c), c.req.header('content-type') ?? '');
  try {
    const fields = new Map<string, string[]>();
    let next: Next = await parts.next();
    while (!next.done && 'field' in next.value) {
      const { field, value } = next.value;
      fields.set(field, [...(fields.get(field) ?? []), value]);
      next = await parts.next();
    }
    if (next.done) throw refused('It has no file.');
    const facts = readFacts(Object.fromEntries(fields));
    const names = new Set<string>();
    while (!next.done && 'content' in next.value) {
      const part: FilePart = next.value;
      const { promise: after, resolve } = Promise.withResolvers<Next>();
      const content = untilNext(bounded(part.content, maxBytes), async () => {
        const following = await parts.next();
        assertMayFollow(following, facts);
        resolve(following);
      });
      yield { ...named(facts, part, names), content, contentType: saidType(part.contentType), maxBytes };
      next = await after;
    }
  } finally {
    await parts.return();
  }
}

/** A file's own name stands for what its fields do not say. */
function named(facts: Facts, part: FilePart, names: Set<string>): Facts & { key: string } {
  const own = plainName(part.name ?? '').slice(0, 255) || undefined;
  const name = facts.name ?? own;
  const key = facts.key ?? name;
  if (key === undefined) throw refused('A file without a name needs the field key, before it.');
  if (names.has(key)) throw refused(`Two files are called ${key}.`);
  names.add(key);
  return { ...facts, key, name };
}

async function* untilNext(
  content: AsyncIterable<Uint8Array>,
  atEnd: () => Promise<void>,
): AsyncGenerator<Uint8Array, void> {
  yield* content;
  await atEnd();
}

function assertMayFollow(next: Next, { key, name, title, url }: Facts): void {
  if (next.done) return;
  if ('field' in next.value) throw refused(`The field ${next.value.field} has to stand before the files.`);
  if ([key, name, title, url].some((fact) => fact !== undefined))
    throw refused('The fields key, name, title and url are for one file alone.');
}

function refused(what: string): CallerError {
  return new CallerError('invalid-request', `The form cannot be used. ${what}`);
}
