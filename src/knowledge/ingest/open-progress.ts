import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { DocumentJob } from './document-job.ts';

export interface Progress {
  tell(done: number, total: number): void;
  /** Resolves when nothing is written any more. */
  end(): Promise<void>;
}

const everyMs = 500;

/** Writes how far a version is, at most twice a second; `onGone` hears when it is not at that any more: replaced, deleted, or done by another. */
export function openProgress(
  db: Kysely<Schema>,
  { documentId, version }: DocumentJob,
  status: 'reading' | 'embedding',
  onGone: () => void,
): Progress {
  let told: { done: number; total: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let next = 0;

  async function write(): Promise<void> {
    timer = undefined;
    if (!told) return;
    const { done, total } = told;
    told = undefined;
    next = performance.now() + everyMs;
    // A version that is ready is embedded again beside its serving.
    const { rows } = await sql`
      update baton.document_version
      set done = case when status = ${status} then ${done}::integer else done end,
        total = case when status = ${status} then ${total}::integer else total end,
        begun = case when status = 'embedding' and done < ${done}::integer then 0 else begun end,
        updated_at = case when status = ${status} then now() else updated_at end
      where document_id = ${documentId} and version = ${version} and status in (${status}, 'ready')
      returning version`.execute(db);
    if (rows.length === 0) onGone();
  }

  return {
    tell(done, total) {
      told = { done, total };
      timer ??= setTimeout(
        () => {
          writing = writing.then(write).catch(() => undefined); // the work itself meets what is wrong with the database
        },
        Math.max(0, next - performance.now()),
      );
    },
    async end() {
      clearTimeout(timer);
      await writing;
    },
  };
}
