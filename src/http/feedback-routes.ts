import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { changeFeedback, deleteFeedback, getOwnFeedback } from '../eval/feedback/change-feedback.ts';
import { findTurn } from '../eval/feedback/find-turn.ts';
import { type Feedback, giveFeedback, thumb } from '../eval/feedback/give-feedback.ts';
import { listFeedback } from '../eval/feedback/list-feedback.ts';
import { sumFeedback } from '../eval/feedback/sum-feedback.ts';
import { type Giver, whoAsks } from '../eval/feedback/who-asks.ts';
import { currentCaller } from '../tenancy.ts';
import { invalidInput } from './check-input.ts';
import {
  changeSchema,
  feedbackId,
  feedbackQuerySchema,
  feedbackSchema,
  feedbackSumSchema,
  giveSchema,
  pageQuerySchema,
  readScore,
} from './feedback-fields.ts';
import type { HttpEnv } from './http-env.ts';
import { invalid, problem, shown } from './route-parts.ts';

const tags = ['Feedback'];
const path = '/api/v1/feedback';
const one = `${path}/{feedback_id}`;
const params = z.object({ feedback_id: feedbackId });

const sent = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});
const missing = problem('There is no such feedback of the caller’s.');

const routes = {
  give: createRoute({
    method: 'post',
    path,
    tags,
    summary: 'Say what one thinks of a turn',
    description:
      'Of a turn that is over, named by its run or by a message that an agent said. Who gives it again under the same key replaces what they said. No model is shown it.',
    request: sent(giveSchema),
    responses: {
      200: shown(feedbackSchema, 'It is changed.'),
      201: shown(feedbackSchema, 'It is kept.'),
      400: invalid,
      404: problem('There is no such run, or no such message of an agent.'),
      409: problem('The turn is not over.'),
      422: problem('The agent did not speak in the turn.'),
    },
  }),
  list: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'List feedback, the newest first',
    description: 'Engineers and admins see all of their tenant, others what they gave themselves.',
    request: { query: feedbackQuerySchema.extend(pageQuerySchema.shape) },
    responses: {
      200: shown(
        z
          .object({
            feedback: z.array(feedbackSchema),
            next: z.uuid().nullable().describe('The `after` of the next page; null on the last.'),
          })
          .openapi('FeedbackPage'),
        'A page of it.',
      ),
      400: invalid,
    },
  }),
  sum: createRoute({
    method: 'get',
    path: `${path}/summary`,
    tags,
    summary: 'Sum feedback up by graph, version, agent and key',
    description:
      'Of all of the tenant, without comments; shares of thumbs with their intervals of 95 % (Wilson).',
    request: { query: feedbackQuerySchema },
    responses: {
      200: shown(
        z.object({ rows: z.array(feedbackSumSchema) }).openapi('FeedbackSummary'),
        'A row a group, 1,000 at most; those that were last thought of come first.',
      ),
      400: invalid,
    },
  }),
  change: createRoute({
    method: 'patch',
    path: one,
    tags,
    summary: 'Change one’s own feedback',
    request: { params, ...sent(changeSchema) },
    responses: { 200: shown(feedbackSchema, 'It is changed.'), 400: invalid, 404: missing },
  }),
  delete: createRoute({
    method: 'delete',
    path: one,
    tags,
    summary: 'Take one’s own feedback back',
    request: { params },
    responses: { 204: { description: 'It is gone.' }, 400: invalid, 404: missing },
  }),
};

/** What users think of turns. */
export function feedbackRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(routes.give, async (c) => {
    const { run_id, thread_id, message_id, score, key = thumb, comment, agent } = c.req.valid('json');
    const named =
      run_id === undefined
        ? { threadId: thread_id ?? '', messageId: message_id ?? '' } // the schema wants one or the other
        : { runId: run_id };
    const turn = await findTurn(db, named);
    const opinion = { key, score: readScore(score), comment, agent };
    const { feedback, isNew } = await giveFeedback(db, turn, opinion);
    c.set('runId', feedback.run_id);
    return isNew ? c.json(toWire(feedback), 201) : c.json(toWire(feedback), 200);
  });

  app.openapi(routes.list, async (c) => {
    const { limit, after, ...query } = c.req.valid('query');
    const filter = { ...toFilter(query), giver: ownAlone() };
    const found = await listFeedback(db, filter, { after, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const next = found.length > limit ? (rows.at(-1)?.feedback_id ?? null) : null;
    return c.json({ feedback: rows.map(toWire), next }, 200);
  });

  app.openapi(routes.sum, async (c) => {
    const rows = await sumFeedback(db, toFilter(c.req.valid('query')));
    const wire = rows.map(({ firstAt: first_at, lastAt: last_at, ...row }) => ({
      ...row,
      first_at: first_at.toISOString(),
      last_at: last_at.toISOString(),
    }));
    return c.json({ rows: wire }, 200);
  });

  app.openapi(routes.change, async (c) => {
    const { feedback_id: id } = c.req.valid('param');
    const { score, comment } = c.req.valid('json');
    const before = await getOwnFeedback(db, id);
    if (!before) throw noFeedback(id);
    if (score !== undefined && (before.key === thumb) !== (typeof score === 'string'))
      throw otherScore(before);
    const read = score === undefined ? undefined : readScore(score);
    const changed = await changeFeedback(db, id, { score: read, comment });
    if (!changed) throw noFeedback(id);
    return c.json(toWire(changed), 200);
  });

  app.openapi(routes.delete, async (c) => {
    const { feedback_id: id } = c.req.valid('param');
    if (!(await deleteFeedback(db, id))) throw noFeedback(id);
    return c.body(null, 204);
  });

  return app;
}

/** Comments are for whoever works on the agents; others see their own. */
function ownAlone(): Giver | undefined {
  const caller = currentCaller();
  return !caller || caller.role === 'engineer' || caller.role === 'admin' ? undefined : whoAsks();
}

function toFilter({
  run_id: runId,
  thread_id: threadId,
  score,
  ...query
}: z.infer<typeof feedbackQuerySchema>) {
  return { ...query, runId, threadId, thumb: score };
}

function noFeedback(id: string): CallerError {
  return new CallerError('not-found', `There is no feedback ${id} of yours.`);
}

function otherScore({ key }: Feedback): CallerError {
  const message = key === thumb ? 'expected up or down' : 'expected a number';
  return new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: 'score', message }],
  });
}

function toWire(feedback: Feedback): z.infer<typeof feedbackSchema> {
  const {
    feedback_id: id,
    giver_kind: _,
    giver: given_by,
    agent,
    score,
    created_at,
    updated_at,
    ...rest
  } = feedback;
  return {
    id,
    ...rest,
    agent: agent || null,
    score: feedback.key === thumb ? (score > 0 ? 'up' : 'down') : score,
    given_by,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
