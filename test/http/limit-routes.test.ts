import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listLimitsCommand, readAmount, setLimitsCommand } from '../../src/commands/limit.ts';
import { createTenant } from '../../src/db/tenants.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { asService } from '../../src/tenancy.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
const keys: Record<'operator' | 'acme' | 'second' | 'globex' | 'viewer', { id: string; text: string }> = {
  operator: { id: '', text: '' },
  acme: { id: '', text: '' },
  second: { id: '', text: '' },
  globex: { id: '', text: '' },
  viewer: { id: '', text: '' },
};

beforeAll(async () => {
  service = await startService({
    settings: { BATON_AUTH: 'required', BATON_LIMITS: 'key=100/1m,turns.key=off,turns.tenant=50/1m' },
  });
  const { db } = service.context;
  for (const tenantId of ['acme', 'globex']) await createTenant(db, { tenantId, name: tenantId });
  const make = async (tenant: string, role: 'admin' | 'viewer', operator = false) => {
    const { key, text } = await makeKey(db, 'command', tenant, { name: 'test', role, operator });
    return { id: key.key_id, text };
  };
  keys.operator = await make('local', 'admin', true);
  keys.acme = await make('acme', 'admin');
  keys.second = await make('acme', 'admin');
  keys.globex = await make('globex', 'admin');
  keys.viewer = await make('acme', 'viewer');
});
afterAll(() => service.stop());

beforeEach(async () => {
  const { db, limits } = service.context;
  await asService(() => db.deleteFrom('baton.limit_override').execute());
  await asService(() => db.deleteFrom('baton.limit_count').execute());
  for (const tenant of ['acme', 'globex']) limits.overrides.forget(tenant);
});

function ask(who: keyof typeof keys, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[who].text}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function models(who: keyof typeof keys, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await ask(who, 'GET', '/v1/models')).status);
  return statuses;
}

test('an operator gives a tenant limits of its own, which hold at once and for no other tenant', async () => {
  const path = '/api/v1/tenants/acme/limits';
  const changed = await ask('operator', 'PATCH', path, { limits: { requests: '3/1m', 'turns.user': 'off' } });
  expect(changed.status).toBe(200);
  expect(await changed.json()).toMatchObject({
    limits: expect.arrayContaining([
      { name: 'tenant', amount: '3/1m', set_for: 'tenant' },
      { name: 'turns.user', amount: 'off', set_for: 'tenant' },
      { name: 'key', amount: '100/1m', set_for: 'service' },
    ]),
  });
  expect(await models('acme', 2)).toEqual([200, 200]);
  expect(await models('second', 2)).toEqual([200, 429]);
  expect(await models('globex', 4)).toEqual([200, 200, 200, 200]);
  expect((await ask('operator', 'PATCH', path, { limits: { requests: null } })).status).toBe(200);
  expect(await models('acme', 2)).toEqual([200, 200]);
});

test('an admin gives one key a limit of its own', async () => {
  const body = { key_id: keys.second.id, limits: { requests: '1/1m' } };
  const changed = await ask('acme', 'PATCH', '/api/v1/limits', body);
  expect(await changed.json()).toMatchObject({
    limits: expect.arrayContaining([{ name: 'key', amount: '1/1m', set_for: 'key', key_id: keys.second.id }]),
  });
  expect(await models('second', 2)).toEqual([200, 429]);
  expect(await models('acme', 2)).toEqual([200, 200]);
});

test('an admin cannot raise what their tenant may ask as a whole', async () => {
  for (const limits of [
    { tenant: 'off' },
    { 'turns.tenant': '1000000/1s' },
    { turns: 'off' },
    { 'waiting.tenant': null },
  ])
    expect((await ask('acme', 'PATCH', '/api/v1/limits', { limits })).status).toBe(403);
  expect(
    (await ask('acme', 'PATCH', '/api/v1/tenants/acme/limits', { limits: { tenant: 'off' } })).status,
  ).toBe(403);
});

test('another tenant’s key is as one that does not exist', async () => {
  const body = (key_id: string) => ({ key_id, limits: { requests: '1/1m' } });
  const [foreign, none] = [
    await ask('acme', 'PATCH', '/api/v1/limits', body(keys.globex.id)),
    await ask('acme', 'PATCH', '/api/v1/limits', body('none')),
  ];
  expect([foreign.status, none.status]).toEqual([404, 404]);
  expect(await models('globex', 2)).toEqual([200, 200]);
  expect(
    (await ask('operator', 'PATCH', '/api/v1/tenants/nobody/limits', { limits: { requests: 'off' } })).status,
  ).toBe(404);
});

test.for([
  [{ limits: {} }, 'limits'],
  [{ limits: { turns: '60' } }, 'limits.turns'],
  [{ limits: { address: '60/1m' } }, 'limits.address'],
  [{ limits: { nothing: '60/1m' } }, 'limits.nothing'],
  [{ limits: { key: '0/1m' } }, 'limits.key'],
  [{ limits: { key: 7 } }, 'limits.key'],
  [{ limits: { key: '60/1m' }, more: 1 }, ''],
] as const)(
  'what is no change of limits is refused with the place of the mistake: %j',
  async ([body, path]) => {
    const answer = await ask('operator', 'PATCH', '/api/v1/tenants/acme/limits', body);
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect(errors.map((error) => error.path)).toContain(path);
  },
);

test('who may not manage the tenant sees and changes no limits', async () => {
  expect((await ask('viewer', 'GET', '/api/v1/limits')).status).toBe(403);
  expect((await ask('viewer', 'PATCH', '/api/v1/limits', { limits: { key: 'off' } })).status).toBe(403);
});

test('the command sets, lists and clears a tenant’s limits', async () => {
  const run = async (act: (output: PassThrough) => Promise<void>) => {
    const output = new PassThrough();
    await act(output);
    output.end();
    return text(output);
  };
  const { db, config, limits } = service.context;
  const at = (output: PassThrough) => ({ db, config, tenant: 'acme', output });
  const said = await run((output) =>
    setLimitsCommand(at(output), { amounts: Object.fromEntries([readAmount('turns=2/1m')]) }),
  );
  expect(said).toContain('turns.tenant=2/1m  (tenant)\n');
  limits.overrides.forget('acme');
  service.script(say('One.'), say('Two.'), say('Three.'));
  const turn = { assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'Hello' }] } };
  const statuses: number[] = [];
  for (let n = 0; n < 3; n++) statuses.push((await ask('acme', 'POST', '/runs/wait', turn)).status);
  expect(statuses).toEqual([200, 200, 429]);
  await run((output) => setLimitsCommand(at(output), { amounts: { turns: null } }));
  expect(await run((output) => listLimitsCommand(at(output)))).toContain('turns.tenant=50/1m  (service)\n');
  await expect(run((output) => listLimitsCommand({ ...at(output), tenant: 'nobody' }))).rejects.toThrow(
    'No tenant',
  );
  expect(() => readAmount('turns')).toThrow('expected a limit such as turns=60/1m');
});
