import type { AppContext } from '../../src/app-context.ts';
import { hashPassword } from '../../src/identity/hash-password.ts';
import { forgetCallers } from '../../src/identity/memory.ts';
import { createUser, type NewUser, type User } from '../../src/identity/users.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import type { TestService } from './start-service.ts';

/** Good enough for everybody in tests. */
export const password = 'vermilion otter parliament';

/** A service that asks everybody who they are. */
export const withAuth = {
  BATON_AUTH: 'required',
  BATON_AUTH_SECRET: 'for tests alone, and of thirty-two bytes or more',
};

type Place = Pick<AppContext, 'db'>;

export async function makeTenant({ db }: Place, tenant: string, name = tenant): Promise<void> {
  await asService(() => db.insertInto('baton.tenant').values({ tenant_id: tenant, name }).execute());
  forgetCallers(db);
}

/** A user who can log in with `password`, unless told otherwise; its address is `<name>@example.com`. */
export async function makeUser(
  { db }: Place,
  tenant: string,
  name: string,
  more: Partial<NewUser> = {},
): Promise<User> {
  const passwordHash = await hashPassword(password);
  const fields = { email: `${name}@example.com`, name, role: 'admin' as const, graphs: null, passwordHash };
  const user = await inTenant(tenant, () => createUser(db, { ...fields, ...more }));
  forgetCallers(db);
  return user;
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Sends a request with a JSON body, as a program would. */
export async function send<Body = Record<string, unknown>>(
  service: Pick<TestService, 'app'>,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const response = await service.app.request(path, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status } = response;
  return { status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as Body }; // what the test expects there
}

/** Logs in as a browser does. Returns the headers that its pages then send. */
export async function browse(
  service: Pick<TestService, 'app'>,
  tenant: string,
  name: string,
): Promise<{ Cookie: string; 'X-CSRF-Token': string }> {
  const email = `${name}@example.com`;
  const answer = await send(service, 'POST', '/api/v1/auth/login', { body: { tenant, email, password } });
  const [cookie = ''] = (answer.headers.get('Set-Cookie') ?? '').split(';');
  return { Cookie: cookie, 'X-CSRF-Token': String(answer.body.csrf_token) };
}
