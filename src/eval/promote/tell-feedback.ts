import type { AppContext } from '../../app-context.ts';

/** What users thought of a thread's turns, by run: a sentence each, with the comment as it was written. */
export async function tellFeedback(db: AppContext['db'], threadId: string): Promise<Map<string, string[]>> {
  const given = await db
    .selectFrom('baton.feedback')
    .select(['run_id', 'key', 'score', 'comment'])
    .where('thread_id', '=', threadId)
    .orderBy('created_at')
    .orderBy('feedback_id')
    .execute();
  const told = new Map<string, string[]>();
  for (const { run_id, key, score, comment } of given) {
    const judged = key === 'thumb' ? `thumb ${score > 0 ? 'up' : 'down'}` : `${key} ${score}`;
    const sentence = comment === null ? judged : `${judged}: ${comment}`;
    told.set(run_id, [...(told.get(run_id) ?? []), `The user said ${sentence}`]);
  }
  return told;
}
