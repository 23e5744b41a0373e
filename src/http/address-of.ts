import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../config.ts';
import { clientAddress } from '../limits/client-address.ts';
import type { HttpEnv } from './http-env.ts';

/** Finds out whom each request is counted to. */
export function findAddress({ trustedProxies, proxyHeader }: Config['http']): MiddlewareHandler<HttpEnv> {
  return async function findAddress(c, next) {
    const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage }; // the server's, where one is
    const socket = incoming?.socket.remoteAddress;
    const forwarded = c.req.header(proxyHeader);
    c.set('address', clientAddress({ socket, forwarded, header: proxyHeader }, trustedProxies));
    await next();
  };
}

/**
 * Whom a request is counted to: an address of IPv4, or the /64 of one of IPv6; `unknown` where the request came over no
 * socket. To be told apart by, and not to be connected to. No client can choose it.
 */
export function addressOf(c: Context<HttpEnv>): string {
  return c.get('address') ?? 'unknown';
}
