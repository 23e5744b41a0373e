import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, narrow } from '../../src/identity/covers.ts';
import { heldToGraphs, mayUseGraph } from '../../src/identity/may-use-graph.ts';
import { hasScope, scopes } from '../../src/identity/scopes.ts';
import { type Caller, inTenant, roles } from '../../src/tenancy.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

const caller = (more: Partial<Caller> = {}): Caller => ({
  tenant: 'acme',
  kind: 'key',
  id: 'k',
  name: 'k',
  role: 'admin',
  ...more,
});

const grant = fc.record(
  {
    role: fc.constantFrom(...roles),
    graphs: fc.option(fc.subarray(['a', 'b', 'c'])),
    scopes: fc.option(fc.subarray([...scopes])),
    operator: fc.boolean(),
  },
  { requiredKeys: ['role'] },
);

test('what somebody is narrowed to, they had', () => {
  fc.assert(
    fc.property(grant, grant, (held, asked) => {
      const { graphs, scopes, ...rest } = held;
      const before = caller({ ...rest, ...(graphs && { graphs }), ...(scopes && { scopes }) });
      const after = narrow(before, asked);
      expect(covers(before, after)).toBe(true);
      expect(
        covers(
          {
            ...asked,
            graphs: asked.graphs ?? undefined,
            scopes: asked.scopes ?? undefined,
            operator: true,
          },
          after,
        ),
      ).toBe(true);
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('to write is to read, and no more', () => {
  expect(hasScope(undefined, 'manage:write')).toBe(true);
  expect(hasScope([], 'runs:read')).toBe(false);
  expect(hasScope(['runs:write'], 'runs:read')).toBe(true);
  expect(hasScope(['runs:read'], 'runs:write')).toBe(false);
  expect(hasScope(['runs:write'], 'store:read')).toBe(false);
});

const open = { name: 'open', graph: {} };
const held = { name: 'held', graph: { access: { role: 'engineer' as const } } };

test('a graph for a role is not there for lesser ones, whatever their key names', () => {
  const seen = (who: Caller) =>
    inTenant({ tenant: 'acme', caller: who }, () => ['open', 'held'].filter(mayUseGraph));
  expect(seen(heldToGraphs(caller({ role: 'engineer' }), [open, held]))).toEqual(['open', 'held']);
  expect(seen(heldToGraphs(caller({ role: 'member' }), [open, held]))).toEqual(['open']);
  expect(seen(heldToGraphs(caller({ role: 'member', graphs: ['held'] }), [open, held]))).toEqual([]);
  expect(heldToGraphs(caller({ role: 'viewer' }), [open]).graphs).toBeUndefined();
  expect(inTenant('acme', () => mayUseGraph('held'))).toBe(true); // what nobody in particular asked for
});
