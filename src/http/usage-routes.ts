import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { currentCaller, currentTenant, inTenant } from '../tenancy.ts';
import { showSum, showUsage, sumColumns } from '../usage/show-usage.ts';
import { sumUsage, type UsageKey, type UsageQuery, type UsageRow, usageKeys } from '../usage/sum-usage.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import { problemSchema } from './problem-schema.ts';

const keys = usageKeys.filter((key) => key !== 'tenant');
const keyNames = z.enum(keys, `expected some of ${keys.join(', ')}, parted by commas`);
const value = z.string().max(500).optional();
const moment = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'expected a day such as 2026-11-21, or a time such as 2026-11-21T08:00:00Z',
  )
  .transform((text) => new Date(text));

const querySchema = z.strictObject({
  group_by: z
    .string()
    .max(200)
    .optional()
    .transform((list) => [...new Set(list?.split(',').map((key) => key.trim()) ?? [])].filter(Boolean))
    .pipe(z.array(keyNames))
    .describe(
      `What a row is for, parted by commas: ${keys.join(', ')}. Absent: one row. Days and months are those of UTC.`,
    )
    .openapi({ type: 'string' }),
  from: moment.optional().describe('The first day or moment, included; absent: this month, in UTC.'),
  to: moment.optional().describe('The last day or moment, not included; absent: until now.'),
  format: z.enum(['json', 'csv']).optional().describe('Absent: CSV where `Accept` asks for `text/csv`.'),
  limit: z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(1)
    .max(10_000)
    .default(1_000),
  after: z
    .string()
    .max(5_000)
    .optional()
    .describe('The `next` of the page before. Of JSON; CSV has all rows.'),
  ...Object.fromEntries(
    keys.map((key) => [key, value.describe(`Only of this ${key.replace('_', ' ')}; empty: of none.`)]),
  ),
});

const sumSchema = z.object({
  ...Object.fromEntries(sumColumns.map((column) => [column, z.int()])),
  cost_usd: z.string().describe('Dollars, exact. What has no price is not in it.'),
});

const pageSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    rows: z
      .array(sumSchema.catchall(z.string()))
      .describe('With the keys of `group_by`; a key that calls do not have is empty.'),
    total: sumSchema.describe('Of all rows on all pages.'),
    next: z.string().nullable().describe('The `after` of the next page; null on the last.'),
  })
  .openapi('UsagePage');

const usageRoute = createRoute({
  method: 'get',
  path: '/api/v1/usage',
  tags: ['Money'],
  summary: 'Sum up what models took',
  description: 'Engineers and admins see all of their tenant, others what they themselves have used.',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'A row a group.',
      content: { 'application/json': { schema: pageSchema }, 'text/csv': { schema: z.string() } },
    },
    400: {
      description: 'The request is not valid.',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  },
});

/** What models took and cost, summed up by whatever it is asked by. */
export function usageRoutes({ db, ledger }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  // The answer has one of two types, which the declaration of a route cannot tell apart by the query.
  app.openapi(usageRoute, (async (c: Context<HttpEnv>) => {
    const asked = querySchema.parse(c.req.query());
    const { group_by: by, limit, after, format = preferred(c) } = asked;
    const now = new Date();
    const { from = beginOfMonth(now), to = new Date(now.getTime() + 1_000) } = asked;
    const where = [...ownUsage(), ...filtersOf(asked)];
    await ledger.flush();
    const query = { by, from, to, where };
    if (format === 'csv') return csvAnswer(c, by, pagesOf(query));
    const found = await sumUsage(db, {
      ...query,
      limit: limit + 1,
      ...(after && { after: readCursor(after, by) }),
    });
    const [all] = await sumUsage(db, { ...query, by: [], limit: 1 });
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return c.json({
      from,
      to,
      rows: rows.map((row) => showUsage(by, row)),
      total: all && showSum(all.sum),
      next: last ? toCursor(last.keys) : null,
    });
  }) as never);

  /** All rows, a page at a time: the reader sets the pace. Reading goes on outside of the request that began it. */
  async function* pagesOf(query: Omit<UsageQuery, 'limit'>): AsyncGenerator<UsageRow[]> {
    const tenant = currentTenant();
    let after: string[] | undefined;
    do {
      const page = await inTenant(tenant, () =>
        sumUsage(db, { ...query, limit: csvPage, ...(after && { after }) }),
      );
      yield page;
      after = page.length === csvPage && query.by.length > 0 ? page.at(-1)?.keys : undefined;
    } while (after);
  }

  return app;
}

const csvPage = 1_000;

/** Who is neither engineer nor admin sees what they themselves have used. */
function ownUsage(): [UsageKey, string][] {
  const caller = currentCaller();
  if (!caller || caller.role === 'engineer' || caller.role === 'admin') return [];
  return [[caller.kind === 'key' ? 'api_key' : 'user', caller.id]];
}

function filtersOf(asked: Record<string, unknown>): [UsageKey, string][] {
  return keys.flatMap((key): [UsageKey, string][] => {
    const given = asked[key];
    return typeof given === 'string' ? [[key, given]] : [];
  });
}

function preferred(c: Context): 'json' | 'csv' {
  return c.req.header('accept')?.includes('text/csv') ? 'csv' : 'json';
}

function beginOfMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}

function toCursor(after: string[]): string {
  return Buffer.from(JSON.stringify(after)).toString('base64url');
}

function readCursor(cursor: string, by: string[]): string[] {
  const issues = [{ path: 'after', message: 'expected the `next` of a page with the same `group_by`' }];
  const invalid = new CallerError('invalid-request', 'The request is not valid.', { issues });
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const parsed = z
      .array(z.string().refine((key) => !key.includes('\u0000') && key.isWellFormed()))
      .length(by.length)
      .safeParse(read);
    if (parsed.success && by.length > 0) return parsed.data;
  } catch {
    throw invalid;
  }
  throw invalid;
}

/** What a spreadsheet would take for a formula begins with an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection */
function csvAnswer(
  c: Context<HttpEnv>,
  by: readonly UsageKey[],
  pages: AsyncGenerator<UsageRow[]>,
): Response {
  const columns = [...by, ...sumColumns];
  let first = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value: page, done } = await pages.next();
      if (done) return controller.close();
      const rows = page.map((row) => showUsage(by, row));
      const { stringify } = await import('csv-stringify/sync');
      const text = stringify(rows, { header: first, columns, quoted: true, escape_formulas: true });
      first = false;
      controller.enqueue(new TextEncoder().encode(text));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
  c.header('Content-Disposition', 'attachment; filename="usage.csv"');
  return c.body(body, 200, { 'Content-Type': 'text/csv; charset=utf-8' });
}
