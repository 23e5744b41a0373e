import { openTicket } from '../../../src/db/tickets.ts';
import { makeKey } from '../../../src/identity/make-key.ts';
import type { ChatModel } from '../../../src/model/chat-model.ts';
import type { Role } from '../../../src/tenancy.ts';
import { asService, inTenant } from '../../../src/tenancy.ts';
import { reply } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { type ReadLog, readLog } from './read-log.ts';
import { makeOneOfEverything } from './seed.ts';

/** Ids of one thing of each kind, by the names that `walk-routes.ts` uses. */
export type Ids = Record<string, string>;

export interface Tenant {
  name: string;
  /** An admin's. */
  headers: Record<string, string>;
  /** A key of this role, which may do what that role may. */
  headersOf(
    role: Role,
    more?: { operator?: boolean; scopes?: string[]; graphs?: string[] },
  ): Promise<Record<string, string>>;
}

export interface TwoTenants {
  service: TestService;
  log: ReadLog;
  victim: Tenant;
  thief: Tenant;
  /** The victim's. */
  ids: Ids;
  /** Stands in every text of the victim. */
  canary: string;
}

const secretKey = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

export const secret = 'a secret of thirty-two bytes or more';
export const canary = 'CANARY-7f3a';

/** Answers with what it was asked, so that what a turn says tells whose it is. */
export const echo: ChatModel = async (request) => {
  const last = request.messages.findLast(({ type }) => type === 'human');
  return reply({ text: `You said: ${String(last?.content ?? '')}` });
};

/** A service that asks who calls, with two tenants: one that has one of everything, and one that has nothing. */
export async function openTwoTenants(
  chat: ChatModel = echo,
  { project, graph = 'desk' }: { project?: string; graph?: string } = {},
): Promise<TwoTenants> {
  const log = readLog('info');
  const settings = {
    BATON_AUTH: 'required',
    BATON_AUTH_SECRET: secret,
    BATON_LIMITS: 'off',
    BATON_SECRET_KEYS: secretKey,
  };
  const service = await startService({ settings, chat, log: log.log, ...(project && { project }) });
  const [victim, thief] = [await addTenant(service, 'victim'), await addTenant(service, 'thief')];
  const { ids: made } = await makeOneOfEverything(service.url, { canary, graph, headers: victim.headers });
  const first = Object.fromEntries(Object.entries(made).map(([name, [id = '']]) => [name, id]));
  const managed = {
    ...(await makeManaged(service.url, victim)),
    ticket_id: await makeTicket(service, first),
  };
  const ids = { ...first, later_run_id: made.run_id?.[1] ?? '', ...managed };
  return { service, log, victim, thief, ids, canary };
}

export async function addTenant(service: TestService, name: string): Promise<Tenant> {
  const { db } = service.context;
  await asService(() =>
    db
      .insertInto('baton.tenant')
      .values({ tenant_id: name, name: `${name} Ltd` })
      .execute(),
  );
  const headersOf: Tenant['headersOf'] = async (role, more = {}) => {
    const { text } = await inTenant(name, () =>
      makeKey(db, 'command', name, { name: `${name} ${role}`, role, ...more }),
    );
    return { authorization: `Bearer ${text}`, 'content-type': 'application/json' };
  };
  return { name, headers: await headersOf('admin'), headersOf };
}

/** A thread of the victim in a person's hands. */
async function makeTicket({ context }: TestService, { thread_id = '', run_id = '' }: Ids): Promise<string> {
  const { ticket } = await inTenant('victim', () =>
    openTicket(context.db, {
      threadId: thread_id,
      runId: run_id,
      agent: 'desk',
      summary: canary,
      urgency: 'high',
    }),
  );
  return ticket.ticket_id;
}

/** A key, a user with a session, and what else an admin looks after. */
async function makeManaged(url: string, { headers, name }: Tenant): Promise<Ids> {
  const post = async (path: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} → ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>; // ids and tokens are texts
  };
  const password = 'several words that do not belong';
  const email = `${canary}@example.com`.toLowerCase();
  const key = await post('/api/v1/keys', { name: canary, role: 'viewer' });
  const user = await post('/api/v1/users', { email, name: canary, password });
  const modelKey = await post('/api/v1/model-keys', {
    provider: 'openai',
    secret: `sk-${canary}-0123456789`,
    name: canary,
  });
  const budget = await post('/api/v1/budgets', { limit_tokens: 1_000_000_000 });
  const login = await post('/api/v1/auth/login', { tenant: name, email, password, tokens: true });
  const sessions = await fetch(`${url}/api/v1/auth/sessions`, {
    headers: { authorization: `Bearer ${login.access_token}` },
  });
  const { sessions: open } = (await sessions.json()) as { sessions: { id: string }[] };
  return {
    key_id: key.id ?? '',
    key_text: key.key ?? '',
    user_id: user.id ?? '',
    model_key_id: modelKey.id ?? '',
    budget_id: budget.id ?? '',
    session_id: open[0]?.id ?? '',
    access_token: login.access_token ?? '',
    tenant: name,
    email,
  };
}
