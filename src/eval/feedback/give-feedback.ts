import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { FeedbackTable } from '../../db/tables/eval-tables.ts';
import { CallerError } from '../../errors.ts';
import { cleanComment } from './clean-comment.ts';
import type { EndedTurn } from './find-turn.ts';
import { whoAsks } from './who-asks.ts';

export type Feedback = Omit<Selectable<FeedbackTable>, 'tenant_id'>;

export interface Opinion {
  key: string;
  score: number;
  comment?: string | undefined;
  /** Who of those who spoke is meant; absent: who answered. */
  agent?: string | undefined;
}

/** What is said of a thumb: 1 is up, -1 is down. */
export const thumb = 'thumb';

/**
 * Writes down what the caller thinks of a turn. The same caller has one opinion by key of a turn and an agent: giving it again replaces
 * it, also when both come at once. `isNew` is false then.
 *
 * Throws a `CallerError` (`unprocessable`) for an agent that did not speak.
 */
export async function giveFeedback(
  db: Kysely<Schema>,
  turn: EndedTurn,
  { key, score, comment, agent = turn.agent }: Opinion,
): Promise<{ feedback: Feedback; isNew: boolean }> {
  if (agent !== '' && !turn.agents.includes(agent)) throw noSpeaker(agent, turn.agents);
  const { kind, id } = whoAsks();
  const {
    tenant_id: _,
    is_new,
    ...feedback
  } = await db
    .insertInto('baton.feedback')
    .values({
      run_id: turn.runId,
      thread_id: turn.threadId,
      message_id: turn.messageId,
      graph: turn.graph,
      version: turn.version,
      agent,
      key,
      score,
      comment: cleanComment(comment),
      giver_kind: kind,
      giver: id,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'run_id', 'giver_kind', 'giver', 'key', 'agent']).doUpdateSet((eb) => ({
        score: eb.ref('excluded.score'),
        comment: eb.ref('excluded.comment'),
        message_id: eb.ref('excluded.message_id'),
        updated_at: sql`clock_timestamp()`,
      })),
    )
    .returningAll()
    .returning(sql<boolean>`xmax = 0`.as('is_new')) // a row that was there has been locked for its update
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      if (!isGone(error)) throw error;
      throw new CallerError('not-found', `There is no run ${turn.runId}.`);
    });
  return { feedback, isNew: is_new };
}

function noSpeaker(agent: string, agents: string[]): CallerError {
  const there = agents.length > 0 ? `those who did: ${agents.join(', ')}` : 'nobody did';
  const issues = [{ path: 'agent', message: `did not speak in this turn; ${there}` }];
  return new CallerError('unprocessable', `${agent} did not speak in this turn.`, { issues });
}

/** Whether the run was deleted since it was looked at. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503';
}
