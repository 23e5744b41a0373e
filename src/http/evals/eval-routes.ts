import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { deleteRun } from '../../eval/results/delete-run.ts';
import { keepReport } from '../../eval/results/keep-report.ts';
import { listRuns, listSuites, type RunSummary } from '../../eval/results/list-runs.ts';
import { readCases } from '../../eval/results/read-cases.ts';
import { readHead } from '../../eval/results/read-head.ts';
import { reportSchema } from '../../eval/results/report-schema.ts';
import { invalidInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { invalid, problem, shown } from '../route-parts.ts';
import {
  casesSchema,
  evalSchema,
  limit,
  listSchema,
  moment,
  name,
  outcomes,
  reportBodySchema,
  suiteName,
  summarySchema,
  uuid,
  verdicts,
} from './eval-fields.ts';

const tags = ['Evals'];
const path = '/api/v1/evals';
const one = `${path}/{run_id}`;
const params = z.object({ run_id: uuid });

/** The most that a report may have, in bytes. */
export const largestReport = 16 * 1024 * 1024;

const missing = problem('Nothing of that run is kept.');

const routes = {
  list: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'List kept runs of suites, the newest first',
    request: {
      query: z.strictObject({
        suite: suiteName.optional(),
        graph: name.optional(),
        profile: name.optional(),
        version: name.optional(),
        verdict: z.enum(verdicts).optional(),
        since: moment.optional().describe('Those that began then or later.'),
        limit,
        after: z
          .string()
          .regex(
            /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[A-Za-z0-9-]{1,100}$/i,
            'expected the `next` of a page',
          )
          .optional()
          .describe('The `next` of the page before.'),
      }),
    },
    responses: { 200: shown(listSchema, 'A page of them.'), 400: invalid },
  }),
  get: createRoute({
    method: 'get',
    path: one,
    tags,
    summary: 'Get what a command found, suite by suite',
    request: { params },
    responses: { 200: shown(evalSchema, 'What is kept of it.'), 400: invalid, 404: missing },
  }),
  cases: createRoute({
    method: 'get',
    path: `${one}/{suite}/cases`,
    tags,
    summary: 'List the cases of a run with their transcripts, in the order of the suite',
    request: {
      params: params.extend({ suite: suiteName }),
      query: z.strictObject({
        outcome: z.enum(outcomes).optional(),
        limit,
        after: z.coerce
          .number('expected a whole number')
          .int('expected a whole number')
          .min(0)
          .max(2 ** 31 - 1)
          .optional()
          .describe('The `next` of the page before.'),
      }),
    },
    responses: { 200: shown(casesSchema, 'A page of them.'), 400: invalid, 404: missing },
  }),
  delete: createRoute({
    method: 'delete',
    path: one,
    tags,
    summary: 'Delete what is kept of a run',
    request: { params, query: z.strictObject({ suite: suiteName.optional() }) },
    responses: { 204: { description: 'It is gone.' }, 400: invalid, 404: missing },
  }),
};

/** What evals found, as commands and CI kept it. */
export function evalRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  describe(app, `POST ${path}`, {
    tag: 'Evals',
    summary: 'Keep a report',
    description:
      'A report as `baton eval` writes it, up to 16 MB. What was kept of the same run and suites before is replaced: it is safe to send again.',
    body: reportBodySchema,
    answer: z.object({ run_id: z.uuid(), suites: z.array(summarySchema) }),
    status: 201,
  });
  app.post(path, limitReport, async (c) => {
    const report = await readBody(c, reportSchema);
    await keepReport(db, report).catch((error: unknown) => {
      if (!isHidden(error)) throw error;
      throw new CallerError('forbidden', 'The report tells of a graph that is not the caller’s to use.');
    });
    const suites = await listSuites(db, report.runId);
    c.header('Location', `${path}/${report.runId}`);
    return c.json({ run_id: report.runId, suites: suites.map(toWire) }, 201);
  });

  app.openapi(routes.list, async (c) => {
    const { limit: most, after, ...filter } = c.req.valid('query');
    const [run_id = '', suite = ''] = after?.split(':') ?? [];
    const place = after === undefined ? undefined : { run_id, suite };
    const found = await listRuns(db, filter, { after: place, limit: most + 1 });
    const rows = found.slice(0, most);
    const last = found.length > most ? rows.at(-1) : undefined;
    return c.json({ runs: rows.map(toWire), next: last ? `${last.run_id}:${last.suite}` : null }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const { run_id } = c.req.valid('param');
    const kept = await readHead(db, run_id);
    if (!kept) throw noEval(run_id);
    const { profile, startedAt: started_at, endedAt: ended_at, exitCode: exit_code, notes, suites } = kept;
    const wire = suites.map(({ comparison, ...suite }) => ({
      ...toWire(suite),
      comparison: comparison && { ...comparison },
    }));
    return c.json({ run_id, profile, started_at, ended_at, exit_code, notes, suites: wire }, 200);
  });

  app.openapi(routes.cases, async (c) => {
    const { run_id: runId, suite } = c.req.valid('param');
    const { limit: most, ...query } = c.req.valid('query');
    if (!(await listSuites(db, runId)).some((kept) => kept.suite === suite)) throw noEval(runId, suite);
    const found = await readCases(db, { runId, suite, ...query, limit: most + 1 });
    const rows = found.slice(0, most);
    const next = found.length > most ? (rows.at(-1)?.place ?? null) : null;
    const cases = rows.map(({ place: _, attempts, ...one }) => ({
      ...one,
      attempts: attempts.map((attempt) => ({ ...attempt })),
    }));
    return c.json({ cases, next }, 200);
  });

  app.openapi(routes.delete, async (c) => {
    const { run_id: runId } = c.req.valid('param');
    const { suite } = c.req.valid('query');
    if (!(await deleteRun(db, runId, suite))) throw noEval(runId, suite);
    return c.body(null, 204);
  });

  return app;
}

/** Let through unread until it is known who asks: see `isReport`. */
const limitReport = bodyLimit({
  maxSize: largestReport,
  onError: (c) => {
    c.header('Connection', 'close');
    throw new CallerError('too-large', 'The report is larger than 16 MB.');
  },
});

/** Whether the policies of a table do not let a row in, or hide the one that is there: of a graph that the caller may not use. */
function isHidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}

export function noEval(runId: string, suite?: string): CallerError {
  const what = suite === undefined ? `the eval ${runId}` : `the suite ${suite} of the eval ${runId}`;
  return new CallerError('not-found', `Nothing of ${what} is kept.`);
}

function toWire({ started_at, ended_at, kept_at, ...run }: RunSummary): z.infer<typeof summarySchema> {
  return {
    ...run,
    started_at: started_at.toISOString(),
    ended_at: ended_at.toISOString(),
    kept_at: kept_at.toISOString(),
  };
}
