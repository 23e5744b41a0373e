import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { auditedRoutes, unaudited } from '../../src/http/audited-routes.ts';
import { openTestContext } from '../support/open-test-context.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

test('every route that is not GET is recorded, or is said to need it not', async () => {
  const { routes } = createApp(await openTestContext());
  const found = new Set(
    routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*') && !reading.has(method))
      .map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '')}`),
  );
  const listed = [...Object.keys(auditedRoutes), ...Object.keys(unaudited)];
  expect([...found].filter((route) => !listed.includes(route))).toEqual([]);
  expect(listed.filter((route) => !found.has(route))).toEqual([]);
  expect(new Set(listed).size).toBe(listed.length);
});

test('whatever answers every method is told apart from a route', async () => {
  const { routes } = createApp(await openTestContext());
  const any = routes.filter(({ method, path }) => method === 'ALL' && !path.includes('*'));
  expect(any.map(({ path }) => path)).toEqual([]);
});
