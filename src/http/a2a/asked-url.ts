import type { Context } from 'hono';

/** The address that the client asked, also where somebody ends TLS in front of us. */
export function askedUrl(c: Context): string {
  const url = new URL(c.req.url);
  const [scheme] = (c.req.header('x-forwarded-proto') ?? '').split(',');
  if (scheme?.trim() === 'https') url.protocol = 'https:';
  return url.href;
}
