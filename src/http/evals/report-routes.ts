import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { readReport } from '../../eval/results/read-run.ts';
import { reaches } from '../../identity/covers.ts';
import { currentCaller } from '../../tenancy.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { formats, reportBodySchema, suiteName, uuid } from './eval-fields.ts';
import { noEval } from './eval-routes.ts';

type Format = (typeof formats)[number];

const format = z
  .enum(formats, `expected ${formats.join(', ')}`)
  .optional()
  .describe('Absent: as `Accept` says, `text/html`, `text/markdown` or `application/xml`; otherwise JSON.');
const suite = suiteName.optional();
const reportQuery = z.strictObject({ suite, format });
const compareQuery = z.strictObject({ base: uuid, candidate: uuid, suite, format });

const path = '/api/v1/evals';

/** Reports of what is kept: of one run, and of two that are compared. */
export function reportRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, `GET ${path}/compare`, {
    tag: 'Evals',
    summary: 'Compare two kept runs',
    description: 'The suites that both have: a report of the candidate, with what is to be thought of it.',
    query: compareQuery,
    answer: reportBodySchema,
  });
  app.get(`${path}/compare`, async (c) => {
    const { format: asked, ...pair } = checkInput(compareQuery, c.req.query());
    const { compareKept } = await import('../../eval/results/compare-kept.ts');
    return answer(c, await compareKept(db, pair), asked);
  });

  describe(app, `GET ${path}/{run_id}/report`, {
    tag: 'Evals',
    summary: 'Get the report of a kept run, as JSON, HTML, Markdown or JUnit',
    query: reportQuery,
    answer: reportBodySchema,
  });
  app.get(`${path}/:run_id/report`, async (c) => {
    const { run_id: runId } = checkInput(z.object({ run_id: uuid }), c.req.param());
    const { format: asked, suite: only } = checkInput(reportQuery, c.req.query());
    const report = await readReport(db, runId, only);
    if (!report) throw noEval(runId, only);
    return answer(c, report, asked);
  });

  return app;
}

const writers: Record<Format, { type: string; write: () => Promise<(report: EvalReport) => string> }> = {
  json: {
    type: 'application/json; charset=utf-8',
    write: async () => (await import('../../eval/reports/write-json.ts')).writeJson,
  },
  html: {
    type: 'text/html; charset=utf-8',
    write: async () => (await import('../../eval/reports/write-html.ts')).writeHtml,
  },
  markdown: {
    type: 'text/markdown; charset=utf-8',
    write: async () => (await import('../../eval/reports/write-markdown.ts')).writeMarkdown,
  },
  junit: {
    type: 'application/xml; charset=utf-8',
    write: async () => (await import('../../eval/reports/write-junit.ts')).writeJunit,
  },
};

/** What is in a report was written by users and models: a browser shows it in a place of its own, and runs the page's script alone. */
async function answer(c: Context<HttpEnv>, report: EvalReport, asked: Format | undefined): Promise<Response> {
  const chosen = asked ?? preferred(c.req.header('accept'));
  const { type } = writers[chosen];
  const write = await writers[chosen].write();
  c.header('Vary', 'Accept', { append: true });
  c.header('X-Content-Type-Options', 'nosniff');
  if (chosen === 'html')
    c.header('Content-Security-Policy', (await import('./report-policy.ts')).reportPolicy());
  return c.body(write(mayReadPrompts() ? report : withoutFiles(report)), 200, { 'Content-Type': type });
}

/** Prompts are read whole by who may change them; what an edit changed is in a report for all who may read it. */
function mayReadPrompts(): boolean {
  const caller = currentCaller();
  return caller !== undefined && reaches(caller.role, 'engineer');
}

function withoutFiles(report: EvalReport): EvalReport {
  return { ...report, runs: report.runs.map((run) => ({ ...run, files: {} })) };
}

function preferred(accept = ''): Format {
  if (accept.includes('text/html')) return 'html';
  if (accept.includes('text/markdown')) return 'markdown';
  return accept.includes('/xml') ? 'junit' : 'json';
}
