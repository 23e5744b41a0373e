import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { findAcceptedRun } from '../../db/idempotency-keys.ts';
import { getRun } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { type AcceptedTurn, acceptTurns } from '../../turn/accept-turn.ts';
import { cancelRun, cancelRuns } from '../../turn/cancel-run.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { markReplayed, readIdempotency } from '../idempotency.ts';
import { readBody } from '../read-body.ts';
import { copiedHeaders } from './copied-headers.ts';
import { type RunRequest, runRequestSchema } from './run-request.ts';
import { toTurn } from './to-turn.ts';
import { wireRun } from './wire-run.ts';

const tag = 'LangGraph: runs';
const batchSchema = z
  .array(z.preprocess(withSnakeCase, runRequestSchema))
  .min(1, 'expected at least one run')
  .max(100, 'expected 100 runs at most');
const id = z.guid('expected a UUID').toLowerCase();
const cancelSchema = z.union(
  [
    z.object({ thread_id: id, run_ids: z.array(id).min(1).max(1000) }),
    z.object({ status: z.enum(['pending', 'running', 'all']) }),
  ],
  'expected { thread_id, run_ids } or { status: "pending", "running" or "all" }',
);
const actionSchema = z.object({ action: z.enum(['interrupt', 'rollback']).default('interrupt') });

/** Runs: several started at once, several stopped at once. */
export function manyRunsRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /runs/batch', {
    summary: 'Start several runs, each on a thread of its own',
    description: 'All are accepted, or none.',
    tag,
    body: batchSchema,
    answer: z.array(z.looseObject({})),
    example: [{ assistant_id: 'films', input: { messages: 'Which film is the longest?' } }],
  });
  app.post('/runs/batch', async (c) => {
    const accepted = await acceptBatch(c, await readBody(c, batchSchema));
    if (accepted.some(({ replayed }) => replayed)) markReplayed(c);
    return c.json(await Promise.all(accepted.map(runOf)));
  });

  describe(app, 'POST /runs/cancel', {
    summary: 'Stop several runs',
    description:
      'Those of a thread that are named, or all that wait or run. Runs that have ended stay as they are.',
    tag,
    query: actionSchema,
    body: cancelSchema,
    answers: 'nothing',
  });
  app.post('/runs/cancel', async (c) => {
    const { action } = checkInput(actionSchema, c.req.query());
    const asked = await readBody(c, cancelSchema);
    if ('status' in asked) await cancelRuns(context, asked.status, action);
    else await cancelNamed(asked.thread_id, asked.run_ids, action);
    return c.body(null, 204);
  });

  return app;

  /** Under an idempotency key, each run of the batch has a claim of its own, by its place. */
  async function acceptBatch(c: Context<HttpEnv>, requests: RunRequest[]): Promise<AcceptedTurn[]> {
    const asked = await readIdempotency(c);
    const claims = asked && requests.map((_, at) => ({ ...asked, scope: `${asked.scope}#${at}` }));
    const before = await Promise.all((claims ?? []).map((claim) => findAcceptedRun(context.db, claim)));
    const found = before.filter((ids) => ids !== undefined);
    if (found.length === requests.length) return found.map((ids) => ({ ...ids, replayed: true }));
    const headers = copiedHeaders(c.req.raw.headers);
    const turns = await Promise.all(requests.map((request) => toTurn(context, request, { headers })));
    return acceptTurns(
      context,
      turns.map((turn, at) => ({ ...turn, ...(claims?.[at] && { idempotency: claims[at] }) })),
    );
  }

  async function runOf({ runId, threadId }: AcceptedTurn): Promise<object> {
    const run = await getRun(context.db, runId);
    return run ? wireRun(run) : { run_id: runId, thread_id: threadId, status: 'interrupted' }; // it is gone
  }

  async function cancelNamed(
    threadId: string,
    runIds: string[],
    action: 'interrupt' | 'rollback',
  ): Promise<void> {
    const missing: string[] = [];
    for (const runId of new Set(runIds)) {
      await cancelRun(context, { threadId, runId }, action).catch((error: unknown) => {
        if (!(error instanceof CallerError) || error.code !== 'not-found') throw error;
        missing.push(runId);
      });
    }
    if (missing.length === new Set(runIds).size) {
      throw new CallerError('not-found', `No run ${missing.join(', ')} of the thread ${threadId}.`);
    }
  }
}

/** The SDK sends the runs of a batch with its own names of fields, such as `streamMode`. */
function withSnakeCase(request: unknown): unknown {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return request;
  const entries = Object.entries(request).map(([name, value]) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [snake, value] as const;
  });
  return { ...Object.fromEntries(entries), ...request };
}
