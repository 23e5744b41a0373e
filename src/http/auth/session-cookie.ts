import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../../config.ts';

type CookieConfig = Pick<Config, 'http'>;

/** What browsers keep of a session. Scripts cannot read it, and pages of other sites cannot send it. */
export function setSessionCookie(c: Context, config: CookieConfig, secret: string, expires: Date): void {
  setCookie(c, nameOf(config), secret, { ...attributesOf(config), expires });
}

export function dropSessionCookie(c: Context, config: CookieConfig): void {
  deleteCookie(c, nameOf(config), attributesOf(config));
}

/** The session's cookie of a request, if it has one. */
export function readSessionCookie(c: Context, config: CookieConfig): string | undefined {
  return getCookie(c, nameOf(config));
}

/** Browsers take a cookie with this prefix over TLS alone, for this host alone: RFC 6265bis, 4.1.3.2. */
function nameOf(config: CookieConfig): string {
  return isSecure(config) ? '__Host-baton' : 'baton';
}

function attributesOf(config: CookieConfig) {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure: isSecure(config) } as const; // names, not any text
}

/** Whether clients reach the service over TLS. */
export function isSecure({ http }: CookieConfig): boolean {
  return http.publicUrl?.startsWith('https:') ?? false;
}
