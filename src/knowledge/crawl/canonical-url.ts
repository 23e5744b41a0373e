/** An address as pages are told apart by it: without its fragment, marks of campaigns, and the order of what it asks. */
export function canonicalUrl(address: string): string {
  const url = new URL(address);
  url.hash = '';
  url.hostname = url.hostname.replace(/\.$/, '');
  const kept = [...url.searchParams].filter(([name]) => !campaign.test(name));
  url.search = new URLSearchParams(
    kept.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
  ).toString();
  return url.href;
}

const campaign = /^(utm_\w+|gclid|fbclid|msclkid|mc_cid|mc_eid|phpsessid|jsessionid|sid)$/i;

/** Whether two addresses are of one site: the same host and port, with or without `www.` and TLS. */
export function isSameSite(one: string, other: string): boolean {
  return siteOf(one) === siteOf(other);
}

function siteOf(address: string): string {
  const { hostname, port } = new URL(address);
  return `${hostname.replace(/^www\./, '').replace(/\.$/, '')}:${port}`;
}
