import { isIP } from 'node:net';
import type { AllowList } from './allow-list.ts';
import { isPublicAddress } from './is-public-address.ts';
import { RefusedAddressError } from './refused-address-error.ts';

/**
 * Reads a URL that somebody else chose, and refuses what can be seen to be wrong without asking anybody: protocols other
 * than HTTP, credentials, and IP addresses that are not public, in all notations that a URL may have for them. Where a
 * name leads is checked when it is connected to. Throws a `RefusedAddressError`.
 */
export function checkAddress(text: string, allow: AllowList): URL {
  if (!URL.canParse(text)) throw new RefusedAddressError('It is not an absolute URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new RefusedAddressError('Its protocol is neither https nor http.');
  }
  if (url.username || url.password) throw new RefusedAddressError('It has credentials in it.');
  const literal = literalOf(url.hostname);
  if (literal && !allow.hasName(url.hostname) && !mayConnect(literal, allow)) {
    throw new RefusedAddressError('It leads to an address that is not public.');
  }
  return url;
}

/** Whether an IP address may be connected to. */
export function mayConnect(address: string, allow: AllowList): boolean {
  return isPublicAddress(address) || allow.hasAddress(address);
}

/** The address that a host is, where it is no name. `localhost` and all below it never lead elsewhere (RFC 6761). */
function literalOf(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (/(^|\.)localhost\.?$/.test(host)) return '127.0.0.1';
  return isIP(host) ? host : undefined;
}
