import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AllowList } from './allow-list.ts';
import { mayConnect } from './check-address.ts';
import { RefusedAddressError } from './refused-address-error.ts';

/** Finds all addresses of a name. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

export const systemResolve: Resolve = (name) => lookup(name, { all: true });

/**
 * Finds the addresses that a socket connects to, once: what is checked here is what is connected to, so that a name
 * which leads elsewhere the next time gains nothing. A name with one forbidden address is refused whole.
 */
export function guardedLookup(allow: AllowList, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name)
      .then((found) => {
        if (!allow.hasName(name) && !found.every(({ address }) => mayConnect(address, allow))) {
          throw new RefusedAddressError(`${name} leads to an address that is not public.`);
        }
        return wanted(found, options.family);
      })
      .then(
        ([first, ...others]) => {
          if (!first) return callback(notFound(name), '');
          if (options.all) return callback(null, [first, ...others]);
          callback(null, first.address, first.family);
        },
        (error: unknown) => callback(error instanceof Error ? error : notFound(name), ''),
      );
  };
}

function wanted(found: LookupAddress[], family: number | string | undefined): LookupAddress[] {
  const number = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
  return number === 4 || number === 6 ? found.filter((address) => address.family === number) : found;
}

function notFound(name: string): Error {
  return Object.assign(new Error(`${name} has no address.`), { code: 'ENOTFOUND' });
}
