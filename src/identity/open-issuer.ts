import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { CallerError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { guardedFetch } from '../outbound/guarded-fetch.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** How long what an issuer says about itself is taken to be so, in milliseconds. */
const discoveryMs = 3_600_000;
const timeoutMs = 5_000;
const maxBytes = 512 * 1024;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** Finds an issuer's keys when they are first needed. The function throws a `CallerError` while the issuer cannot be asked. */
export function openIssuer(settings: OidcSettings, log: Logger): () => Promise<JWTVerifyGetKey> {
  const ask = patient(settings, log);
  let known: { keys: Promise<JWTVerifyGetKey>; until: number } | undefined;
  return function issuerKeys() {
    if (known && known.until > performance.now()) return known.keys;
    const keys = ask(() => discover(settings)).then((address) => keysAt(address, settings, ask));
    const mine = { keys, until: performance.now() + discoveryMs };
    known = mine;
    keys.catch(() => {
      mine.until = 0;
    });
    return keys;
  };
}

/** OpenID Connect Discovery 1.0: the document must say that it is of the very issuer that was asked. */
async function discover({ issuer, allow }: OidcSettings): Promise<URL> {
  const text = await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, allow);
  const found = discoverySchema.parse(JSON.parse(text));
  if (found.issuer !== issuer) throw new Error(`The document is of the issuer ${found.issuer}.`);
  const keys = new URL(found.jwks_uri);
  if (keys.protocol === 'https:' || keys.origin === new URL(issuer).origin) return keys;
  throw new Error('The issuer’s keys are not at an address of https.');
}

function keysAt(address: URL, { allow, coolDownSeconds }: OidcSettings, ask: Ask): JWTVerifyGetKey {
  return createRemoteJWKSet(address, {
    cooldownDuration: coolDownSeconds * 1_000,
    timeoutDuration: timeoutMs,
    [customFetch]: async (url) => new Response(await ask(() => read(url, allow)), { status: 200 }),
  });
}

type Ask = <Answer>(question: () => Promise<Answer>) => Promise<Answer>;

/** Asks an issuer. One that failed is left alone until it has cooled down, so that bad tokens make no load. */
function patient({ issuer, coolDownSeconds }: OidcSettings, log: Logger): Ask {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async function ask(question) {
    try {
      if (failedAt + coolDownSeconds * 1_000 <= performance.now()) return await question();
    } catch (error) {
      failedAt = performance.now();
      log.warn({ err: error, issuer }, 'the issuer of tokens cannot be asked for its keys');
    }
    const message = 'The issuer of the token cannot be asked for its keys.';
    throw new CallerError('unavailable', message, { retryAfter: Math.max(1, Math.ceil(coolDownSeconds)) });
  };
}

/** Public addresses, and those that the settings allow. Redirects are not followed. */
async function read(address: string, allow: readonly string[]): Promise<string> {
  const { status, body, cut } = await guardedFetch(address, {
    timeoutMs,
    maxBytes,
    allow,
    headers: { accept: 'application/json' },
  });
  if (status !== 200) throw new Error(`${address} answers with the status ${status}.`);
  if (cut) throw new Error(`${address} answers with more than ${maxBytes} bytes.`);
  return body.toString('utf8');
}
