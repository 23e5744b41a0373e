import { expect, onTestFinished, test } from 'vitest';
import { createTenant } from '../../src/db/tenants.ts';
import { inTenant } from '../../src/tenancy.ts';
import { acceptTurn } from '../../src/turn/accept-turn.ts';
import type { TurnRequest } from '../../src/turn/turn-request.ts';
import { startService } from '../support/start-service.ts';

const hello: TurnRequest = {
  graph: 'desk',
  ifNotExists: 'create',
  input: [{ type: 'human', id: '', content: 'Hello' }],
  metadata: {},
  kwargs: {},
  multitask: 'enqueue',
};

test('one tenant’s turns take no more places than its share, and another’s find theirs', async () => {
  const service = await startService({
    settings: { BATON_MAX_WAITING: '6', BATON_LIMITS: 'waiting.tenant=3', BATON_ROLE: 'api' },
  });
  onTestFinished(() => service.stop());
  const { context } = service;
  await createTenant(context.db, { tenantId: 'acme', name: 'Acme' });
  await createTenant(context.db, { tenantId: 'globex', name: 'Globex' });
  const ask = (tenant: string) =>
    inTenant(tenant, () => acceptTurn(context, hello)).then(
      () => 'accepted',
      (error: { limits?: string[] }) => error.limits?.[0],
    );
  const loud = await Promise.all(Array.from({ length: 8 }, () => ask('acme')));
  expect(loud.filter((answer) => answer === 'accepted')).toHaveLength(3);
  expect(loud.filter((answer) => answer === 'waiting.tenant')).toHaveLength(5);
  expect(await ask('globex')).toBe('accepted');
  await expect
    .poll(() => context.turns.waitingOf, { timeout: 20_000 })
    .toEqual(
      new Map([
        ['acme', 3],
        ['globex', 1],
      ]),
    );
  expect(await ask('acme')).toBe('waiting.tenant');
});
