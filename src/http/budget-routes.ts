import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { checkWebhookUrl } from '../turn/send-webhook.ts';
import { type Budget, type BudgetTerms, listBudgets, removeBudget, setBudget } from '../usage/budgets.ts';
import { parseDollars } from '../usage/dollars.ts';
import { showBudget } from '../usage/show-budget.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import { invalid, problem } from './route-parts.ts';

const tags = ['Money'];
const mostNano = BigInt(Number.MAX_SAFE_INTEGER);
const dollars = z
  .union([z.string().max(40), z.number().transform(String)])
  .transform((text) => parseDollars(text) ?? -1n)
  .refine((nano) => nano >= 0n && nano <= mostNano, 'expected dollars such as "0.50", less than nine million')
  .openapi({ type: 'string', example: '0.50' });
const tokens = z.int('expected a whole number of tokens').min(0);
const terms = {
  limit_usd: dollars.optional().describe('Dollars. Calls of a model without a price are refused then.'),
  limit_tokens: tokens.optional().describe('Tokens of prompts and replies together.'),
  alerts: z
    .array(z.int().min(1).max(100))
    .max(20)
    .transform((list) => [...new Set(list)].sort((a, b) => a - b))
    .optional()
    .describe('Percent of the limit at which somebody is told, once a period; 50, 80 and 100 unless given.'),
  webhook: z.string().max(2_000).nullable().optional().describe('An address to be told of alerts.'),
};
const oneLimit = (given: { limit_usd?: unknown; limit_tokens?: unknown }) =>
  (given.limit_usd === undefined) !== (given.limit_tokens === undefined);

const madeSchema = z
  .strictObject({
    scope: z.enum(['tenant', 'user', 'graph', 'run']).default('tenant'),
    subject: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .default('*')
      .describe('The id of a user, or a graph, also of a budget for each run; `*`: each of them by itself.'),
    period: z
      .enum(['day', 'month', 'total'])
      .optional()
      .describe('In UTC. A run has no other than `total`, the others `day` unless given.'),
    ...terms,
  })
  .refine(oneLimit, { path: ['limit_usd'], message: 'expected limit_usd or limit_tokens, and not both' })
  .refine(({ scope, period }) => scope !== 'run' || period === undefined || period === 'total', {
    path: ['period'],
    message: 'a budget of a run is for all of it: total',
  })
  .refine(({ scope, subject }) => scope !== 'tenant' || subject === '*', {
    path: ['subject'],
    message: 'a budget of the tenant has no subject',
  })
  .openapi('BudgetTerms');
const changeSchema = z.strictObject(terms);

const amount = z.union([z.string(), z.int()]).describe('Dollars as an exact decimal text, or tokens.');
const budgetSchema = z
  .object({
    id: z.uuid(),
    scope: z.enum(['tenant', 'user', 'graph', 'run']),
    subject: z.string().optional(),
    period: z.enum(['day', 'month', 'total']),
    unit: z.enum(['usd', 'tokens']),
    limit: amount,
    alerts: z.array(z.int()),
    webhook: z.string().nullable(),
    begins: z.iso.date().nullable().describe('The first day of the present period, in UTC.'),
    renewed: z.iso.date().nullable().describe('The first day of the next.'),
    uses: z
      .array(z.object({ who: z.string(), spent: amount, reserved: amount, left: amount }))
      .describe('In the present period; of a budget for each of many, those ten who spent the most.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Budget');

const shown = (description: string) => ({
  description,
  content: { 'application/json': { schema: budgetSchema } },
});
const missing = problem('There is no such budget.');
const params = z.object({ budget_id: z.guid('expected a UUID').toLowerCase() });
const path = '/api/v1/budgets/{budget_id}';

const routes = {
  list: createRoute({
    method: 'get',
    path: '/api/v1/budgets',
    tags,
    summary: 'List budgets',
    responses: {
      200: {
        description: 'All of them.',
        content: { 'application/json': { schema: z.object({ budgets: z.array(budgetSchema) }) } },
      },
    },
  }),
  set: createRoute({
    method: 'post',
    path: '/api/v1/budgets',
    tags,
    summary: 'Set a budget',
    description: 'One of the same scope, subject, period and unit is changed.',
    request: { body: { required: true, content: { 'application/json': { schema: madeSchema } } } },
    responses: { 200: shown('It was there and is changed.'), 201: shown('It is made.'), 400: invalid },
  }),
  get: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'Get a budget',
    request: { params },
    responses: { 200: shown('The budget.'), 400: invalid, 404: missing },
  }),
  change: createRoute({
    method: 'patch',
    path,
    tags,
    summary: 'Change a budget',
    request: { params, body: { required: true, content: { 'application/json': { schema: changeSchema } } } },
    responses: { 200: shown('It is changed.'), 400: invalid, 404: missing },
  }),
  remove: createRoute({
    method: 'delete',
    path,
    tags,
    summary: 'Remove a budget',
    request: { params },
    responses: { 204: { description: 'It is gone.' }, 400: invalid, 404: missing },
  }),
};

/** What the tenant may spend. */
export function budgetRoutes({ db, config }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(routes.list, async (c) => {
    const budgets = await listBudgets(db);
    return c.json({ budgets: budgets.map(toWire) }, 200);
  });

  app.openapi(routes.set, async (c) => {
    const { scope, subject, period = scope === 'run' ? 'total' : 'day', ...given } = c.req.valid('json');
    const { budgetId, made } = await set({ scope, subject, period, ...limitOf(given) }, given);
    return c.json(toWire(await find(budgetId)), made ? 201 : 200);
  });

  app.openapi(routes.get, async (c) => c.json(toWire(await find(c.req.valid('param').budget_id)), 200));

  app.openapi(routes.change, async (c) => {
    const { scope, subject, period, unit, most, budget_id } = await find(c.req.valid('param').budget_id);
    const given = c.req.valid('json');
    const limit = oneLimit(given) ? limitOf(given) : { unit, most: BigInt(most) };
    if (limit.unit !== unit || (given.limit_usd !== undefined && given.limit_tokens !== undefined))
      throw new CallerError('invalid-request', `This budget is in ${unit === 'usd' ? 'dollars' : 'tokens'}.`);
    await set({ scope, subject, period, ...limit }, given);
    return c.json(toWire(await find(budget_id)), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { budget_id: id } = c.req.valid('param');
    if (!(await removeBudget(db, id))) throw noBudget(id);
    return c.body(null, 204);
  });

  return app;

  async function set(
    budget: Pick<BudgetTerms, 'scope' | 'subject' | 'period' | 'unit' | 'most'>,
    { alerts, webhook }: { alerts?: number[] | undefined; webhook?: string | null | undefined },
  ) {
    if (webhook) checkWebhookUrl(webhook, config);
    return setBudget(db, { ...budget, ...(alerts && { alerts }), ...(webhook !== undefined && { webhook }) });
  }

  async function find(id: string): Promise<Budget> {
    const [budget] = await listBudgets(db, id);
    if (!budget) throw noBudget(id);
    return budget;
  }
}

function limitOf({
  limit_usd,
  limit_tokens,
}: {
  limit_usd?: bigint | undefined;
  limit_tokens?: number | undefined;
}) {
  return limit_usd === undefined
    ? { unit: 'tokens' as const, most: BigInt(limit_tokens ?? 0) }
    : { unit: 'usd' as const, most: limit_usd };
}

function noBudget(id: string): CallerError {
  return new CallerError('not-found', `There is no budget ${id}.`);
}

function toWire(budget: Budget): z.infer<typeof budgetSchema> {
  return JSON.parse(JSON.stringify(showBudget(budget))); // dates become texts
}
