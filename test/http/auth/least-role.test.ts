import { expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { leastRoles } from '../../../src/http/auth/least-role.ts';
import { openTestContext } from '../../support/open-test-context.ts';

test('each route has a least role, and each entry a route', async () => {
  const { routes } = createApp(await openTestContext());
  const served = new Set(
    routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  );
  expect([...served].filter((route) => !(route in leastRoles))).toEqual([]);
  expect(Object.keys(leastRoles).filter((route) => !served.has(route))).toEqual([]);
});

test('no handler hides among the middleware, which the table does not look at', async () => {
  const { routes } = createApp(await openTestContext());
  const forAll = routes.filter(({ method }) => method === 'ALL').map(({ path }) => path);
  expect(new Set(forAll)).toEqual(new Set(['/*']));
});
