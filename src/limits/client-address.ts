import ipaddr from 'ipaddr.js';

/** Which machines in front of the service are believed about whom they speak for. */
export type TrustedProxies =
  | { hops: number } // so many stand in front of every request
  | { ranges: readonly string[] };

/** Where proxies write whom they speak for. The other one is not looked at: they would hand on what a client wrote there. */
export type ProxyHeader = 'x-forwarded-for' | 'forwarded';

export interface SeenRequest {
  /** Who the connection comes from; undefined where that cannot be told. */
  socket: string | undefined;
  /** The value of the header that proxies write. */
  forwarded: string | undefined;
  header: ProxyHeader;
}

/**
 * Whom a request is counted to: an address of IPv4, or the /64 of one of IPv6 (`2001:db8:0:1::/64`), since a single customer
 * has all of that. `unknown` where there is no address.
 *
 * Read from the socket outwards, and no further than trusted proxies reach: what a client writes into the header itself
 * stands before what they write, and an entry that is no address ends the reading.
 */
export function clientAddress({ socket, forwarded, header }: SeenRequest, trusted: TrustedProxies): string {
  const peer = readAddress(socket ?? '');
  if (!peer) return 'unknown';
  let client = peer;
  const believes = trustOf(trusted);
  const said = forwarded ? entriesOf(forwarded, header).reverse() : [];
  for (const [hop, entry] of said.entries()) {
    const next: Address | undefined = believes(client, hop) ? readAddress(entry) : undefined;
    if (!next) break;
    client = next;
  }
  return networkOf(client);
}

type Address = ReturnType<typeof ipaddr.process>;

/** Whether what the machine at an address says of the one before it is believed; `hop` counts from the socket. */
function trustOf(trusted: TrustedProxies): (address: Address, hop: number) => boolean {
  if ('hops' in trusted) return (_, hop) => hop < trusted.hops;
  const ranges = trusted.ranges.map(toRange);
  return (address) => ranges.some((range) => range[0].kind() === address.kind() && address.match(range));
}

function toRange(entry: string): [Address, number] {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** An address as proxies write it: bare, with a port, in brackets; IPv4 in the clothes of IPv6 is IPv4. */
function readAddress(text: string): Address | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, withPort] = /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  const [bare = ''] = (bracketed ?? withPort ?? text).split('%'); // without the zone of a link
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  return ipaddr.process(bare);
}

function networkOf(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
}

/** From the client to the proxy nearest to us. */
function entriesOf(value: string, header: ProxyHeader): string[] {
  if (header === 'x-forwarded-for') return value.split(',').map((entry) => entry.trim());
  return splitOutsideQuotes(value, ',').map(forOf);
}

/** What `for` says in one element of `Forwarded` (RFC 7239); empty where it says nothing. */
function forOf(element: string): string {
  const pairs = splitOutsideQuotes(element, ';').map((pair) => pair.trim());
  const found = pairs.find((pair) => /^for=/i.test(pair))?.slice('for='.length) ?? '';
  return found.startsWith('"') ? found.slice(1, -1).replaceAll(/\\(.)/g, '$1') : found;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (const [char] of text.matchAll(/\\.|./gs)) {
    if (char === '"') quoted = !quoted;
    if (char === separator && !quoted) parts.push('');
    else parts.push((parts.pop() ?? '') + char);
  }
  return parts;
}
