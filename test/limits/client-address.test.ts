import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientAddress, type ProxyHeader, type TrustedProxies } from '../../src/limits/client-address.ts';
import { growthOf, mostGrowth } from '../support/growth.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

const nobody: TrustedProxies = { hops: 0 };
const proxies: TrustedProxies = { ranges: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'] };

function seen(
  socket: string | undefined,
  forwarded: string | undefined,
  trusted: TrustedProxies,
  header: ProxyHeader = 'x-forwarded-for',
): string {
  return clientAddress({ socket, forwarded, header }, trusted);
}

test.for([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:cb00:7109', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  [undefined, 'unknown'],
  ['', 'unknown'],
] as const)('the socket’s address %s counts as %s', ([socket, counted]) => {
  expect(seen(socket, undefined, nobody)).toBe(counted);
});

test('addresses of one /64 are one client, and those of two are two', () => {
  expect(seen('2001:db8::1', undefined, nobody)).toBe(seen('2001:db8::ffff:1', undefined, nobody));
  expect(seen('2001:db8:0:1::1', undefined, nobody)).not.toBe(seen('2001:db8::1', undefined, nobody));
});

test.for(['203.0.113.1', '203.0.113.1, 10.0.0.1', '127.0.0.1', 'x'.repeat(10_000), ',,,', '10.0.0.1'])(
  'a client that nobody stands in front of is not asked who it is: %s',
  (forwarded) => {
    expect(seen('198.51.100.4', forwarded, nobody)).toBe('198.51.100.4');
    expect(seen('198.51.100.4', forwarded, proxies)).toBe('198.51.100.4');
  },
);

test.for([
  ['203.0.113.1', '203.0.113.1'],
  ['1.1.1.1, 203.0.113.1', '203.0.113.1'], // the first was written by the client
  ['1.1.1.1, 203.0.113.1, 10.2.2.2', '203.0.113.1'],
  ['1.1.1.1, 203.0.113.1, 10.2.2.2, 192.0.2.7', '203.0.113.1'],
  ['203.0.113.1:4711', '203.0.113.1'],
  ['[2001:db8::9]:4711', '2001:db8::/64'],
  ['2001:db8::9', '2001:db8::/64'],
  ['::ffff:203.0.113.1', '203.0.113.1'],
  ['10.9.9.9', '10.9.9.9'], // all are trusted: the farthest
  ['1.1.1.1, unknown', '10.0.0.1'],
  ['1.1.1.1, 0x7f.1', '10.0.0.1'], // no proxy writes addresses so
  ['1.1.1.1, 2130706433', '10.0.0.1'],
  ['1.1.1.1,', '10.0.0.1'],
  ['', '10.0.0.1'],
] as const)('behind trusted ranges %s is %s', ([forwarded, counted]) => {
  expect(seen('10.0.0.1', forwarded, proxies)).toBe(counted);
  expect(seen('::ffff:10.0.0.1', forwarded, proxies)).toBe(counted);
});

test.for([
  [0, '1.1.1.1, 2.2.2.2', '10.0.0.1'],
  [1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
  [2, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
  [3, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
] as const)('behind %i proxies %s is %s', ([hops, forwarded, counted]) => {
  expect(seen('10.0.0.1', forwarded, { hops })).toBe(counted);
});

test.for([
  ['for=203.0.113.1', '203.0.113.1'],
  ['for=1.1.1.1, for=203.0.113.1;proto=https;by=10.0.0.1', '203.0.113.1'],
  ['proto=https; For="[2001:db8::9]:4711"', '2001:db8::/64'],
  ['for="1.1.1.1, for=9.9.9.9", for=203.0.113.1', '203.0.113.1'],
  ['for=203.0.113.1;host="a,b;for=9.9.9.9"', '203.0.113.1'],
  ['for=203.0.113.1;host="a\\",for=9.9.9.9"', '203.0.113.1'],
  ['for=_hidden', '10.0.0.1'],
  ['for=unknown', '10.0.0.1'],
  ['by=10.0.0.1', '10.0.0.1'],
] as const)('the header Forwarded says %s: %s', ([forwarded, counted]) => {
  expect(seen('10.0.0.1', forwarded, proxies, 'forwarded')).toBe(counted);
});

test('nothing that a client can write before what its proxy adds changes who it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), (written, listed) => {
      const forwarded = `${written}${listed ? ', ' : ','}203.0.113.1`;
      expect(seen('10.0.0.1', forwarded, proxies)).toBe('203.0.113.1');
      expect(seen('10.0.0.1', forwarded, { hops: 1 })).toBe('203.0.113.1');
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('long headers take no longer to read than they are long', async () => {
  for (const part of ['"', '\\', ',', ';', 'for=', '"\\', '[', '1.', '::'])
    for (const header of ['forwarded', 'x-forwarded-for'] as const) {
      const read = (length: number) => seen('10.0.0.1', part.repeat(length / part.length), proxies, header);
      expect(await growthOf(read, 8 * 16_384), `${header}: ${part}`).toBeLessThan(mostGrowth);
    }
}, 60_000);
