import ipaddr from 'ipaddr.js';

/** What the operator permits on top of public addresses. */
export interface AllowList {
  /** Whether a host is permitted by its name, wherever it leads. */
  hasName(name: string): boolean;
  hasAddress(address: string): boolean;
}

/** Reads names of hosts (`hooks.internal`), addresses and ranges of them (`10.0.0.0/8`, `fd00::/8`). */
export function readAllowList(entries: readonly string[]): AllowList {
  const ranges = entries.filter(isRange).map(toRange);
  const names = new Set(entries.filter((entry) => !isRange(entry)).map(plainName));
  return {
    hasName: (name) => names.has(plainName(name)),
    hasAddress(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address); // an address of IPv4 in the clothes of IPv6 is in the range of IPv4
      return ranges.some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
    },
  };
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

function isRange(entry: string): boolean {
  return ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);
}

function toRange(entry: string): Range {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
