import ipaddr from 'ipaddr.js';

/**
 * Whether anybody on the Internet can reach an IP address, by the special-purpose registries of IANA (RFC 6890). Forms
 * of IPv6 that carry an address of IPv4 (mapped, compatible, 6to4, NAT64, Teredo) are not public, whatever they carry.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  const text = parsed.toString();
  return parsed.kind() === 'ipv6' ? parsed.match(globalUnicast) : text !== azureHost;
}

/** All that IANA has given out for unicast: what is `unicast` to ipaddr.js and outside of it belongs to nobody. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** Answers virtual machines of Azure with their secrets, at an address that looks public. */
const azureHost = '168.63.129.16';
