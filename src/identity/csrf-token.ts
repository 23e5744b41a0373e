import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What a page must send along with a session's cookie, to show that it may read what this service answers. Made from the cookie's own
 * secret (HMAC-SHA256), so it belongs to that session alone and is kept nowhere.
 */
export function csrfTokenOf(cookie: string): string {
  return createHmac('sha256', cookie).update('baton csrf token').digest('base64url');
}

/** Whether a token belongs to a cookie; takes the same time for each that does not. */
export function isCsrfTokenOf(cookie: string, token: string): boolean {
  const [expected, given] = [csrfTokenOf(cookie), token].map((text) => Buffer.from(text)) as [Buffer, Buffer]; // two in, two out
  return expected.length === given.length && timingSafeEqual(expected, given);
}
