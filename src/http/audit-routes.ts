import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import { noTenant } from '../audit/entry.ts';
import { newestRows } from '../audit/read-rows.ts';
import { recordAction } from '../audit/record.ts';
import { type ShownRow, showRow } from '../audit/show-row.ts';
import { CallerError } from '../errors.ts';
import { currentCaller, currentTenant, inTenant } from '../tenancy.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import { problemSchema } from './problem-schema.ts';

const words = z.string().min(1).max(500);
const time = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text));
const whole = z.coerce.number('expected a whole number').int('expected a whole number');

const querySchema = z.strictObject({
  action: words.optional().describe('`key-create`, or `key-*` for all that begins so.'),
  actor: words.optional().describe('The id or the name of who acted.'),
  target: words.optional().describe('The id of what was acted on, or its kind and its id: `thread:018f…`.'),
  outcome: z.enum(['ok', 'refused', 'failed']).optional(),
  from: time.optional().describe('The first moment, included.'),
  to: time.optional().describe('The last moment, not included.'),
  after: whole
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The `next` of the page before: goes on to older rows.'),
  limit: whole.min(1).max(1_000).default(100),
  format: z.enum(['json', 'jsonl', 'csv']).default('json'),
  tenant: z
    .string()
    .max(63)
    .optional()
    .describe('For operators: another tenant, or `-` for what concerns no tenant.'),
});

const text = z.string().nullable();
const rowSchema = z
  .object({
    tenant_id: z.string(),
    seq: z.int().describe('Counts up from 1 in a tenant, without gaps.'),
    at: z.iso.datetime(),
    action: z.string(),
    outcome: z.enum(['ok', 'refused', 'failed']),
    actor_kind: z.string(),
    actor_id: text,
    actor_name: text,
    actor_role: text,
    actor_tenant: text.describe('Where it is another than the row’s.'),
    target_type: text,
    target_id: text,
    details: z.looseObject({}),
    address: text,
    request_id: text,
    key_id: text.describe('Of the key that the row is sealed with.'),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .openapi('AuditRow');

const pageSchema = z
  .object({
    rows: z.array(rowSchema).describe('The newest first.'),
    next: z.int().nullable().describe('The `after` of the next page; null on the last.'),
  })
  .openapi('AuditPage');

const invalid = {
  description: 'The request is not valid.',
  content: { 'application/problem+json': { schema: problemSchema } },
};

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  tags: ['Audit'],
  summary: 'List who did what to what',
  description: 'As JSON lines or CSV the next page is in the header `X-Pagination-Next`.',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'A page of rows.',
      content: {
        'application/json': { schema: pageSchema },
        'application/jsonl': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    400: invalid,
    404: { ...invalid, description: 'There is no such tenant, or it is not the caller’s to read.' },
  },
});

/** The audit, for admins: their own tenant's; for operators any tenant's, which that tenant's audit then tells. */
export function auditRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  // The answer has one of three types, which the declaration of a route cannot tell apart by the query.
  app.openapi(listRoute, (async (c: Context<HttpEnv>) => {
    const { tenant, after, limit, format, ...filter } = querySchema.parse(c.req.query());
    const whose = tenantToRead(tenant);
    const found = await inTenant(whose, () =>
      newestRows(db, { ...filter, tenant: whose }, { before: after, limit: limit + 1 }),
    );
    await tellReading(c, whose, format);
    const rows = found.slice(0, limit);
    const next = found.length > limit ? (rows.at(-1)?.seq ?? null) : null;
    const shown = rows.map(showRow);
    if (format === 'json') return c.json({ rows: shown, next });
    return file(c, format, shown, next);
  }) as never);

  /** Rows that leave the house, and what an operator reads of others, are told. Reading goes on when they cannot be. */
  async function tellReading(c: Context<HttpEnv>, tenant: string, format: string): Promise<void> {
    const foreign = tenant !== currentTenant();
    if (!foreign && format === 'json') return;
    const action = format === 'json' ? 'audit-read' : 'audit-export';
    await recordAction(db, { action, tenant, details: { query: c.req.query() } }).catch((error: unknown) =>
      c.get('log').warn({ err: error }, 'that the audit was read could not be recorded'),
    );
  }

  return app;
}

/** What is another tenant's is not there for who is no operator. */
function tenantToRead(asked: string | undefined): string {
  const own = currentTenant();
  if (asked === undefined || asked === own) return own;
  const known = asked === noTenant || /^[a-z0-9-]+$/.test(asked);
  if (currentCaller()?.operator && known) return asked;
  throw new CallerError('not-found', 'There is no such tenant.');
}

async function file(
  c: Context<HttpEnv>,
  format: 'jsonl' | 'csv',
  rows: ShownRow[],
  next: number | null,
): Promise<Response> {
  if (next !== null) c.header('X-Pagination-Next', String(next));
  c.header('Content-Disposition', `attachment; filename="audit.${format}"`);
  if (format === 'csv') return c.body(await toCsv(rows), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return c.body(lines, 200, { 'Content-Type': 'application/jsonl; charset=utf-8' });
}

/** What a spreadsheet would take for a formula begins with an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection */
async function toCsv(rows: ShownRow[]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const columns = Object.keys(rowSchema.shape);
  const flat = rows.map((row) => ({ ...row, details: JSON.stringify(row.details) }));
  return stringify(flat, { header: true, columns, quoted: true, escape_formulas: true });
}
