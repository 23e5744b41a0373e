import { createPrivateKey } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { roles } from '../tenancy.ts';
import { readSettings, readText } from './read-settings.ts';
import { ownKeyId } from './token-claims.ts';

const variable = 'BATON_JWT_KEYS';
const algorithms = z.enum(['HS256', 'RS256', 'ES256'], 'expected HS256, RS256 or ES256');
export type Algorithm = z.output<typeof algorithms>;

const entrySchema = z.strictObject({
  kid: z.string().min(1).optional(),
  alg: algorithms.optional(),
  secret: z.string().optional(),
  publicKey: z.string().optional(),
  jwks: z.string().optional(),
  issuer: z.string().min(1).optional(),
  audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  tenant: z.string().min(1).optional(),
  defaultRole: z.enum(roles).optional(),
});
type Entry = z.output<typeof entrySchema>;

/** A key of somebody who signs tokens elsewhere, and what its tokens may say. */
export interface JwtKey extends Pick<Entry, 'issuer' | 'audience' | 'tenant' | 'defaultRole'> {
  kid: string;
  /** The one algorithm that the key is used with, whatever a token says. */
  alg: Algorithm;
  key: CryptoKey | Uint8Array;
}

/** The keys of `BATON_JWT_KEYS`, by id. Throws a `ConfigError` that says which cannot be used. */
export async function readJwtKeys({
  auth,
  projectDir,
}: Pick<Config, 'auth' | 'projectDir'>): Promise<Map<string, JwtKey>> {
  const entries = readSettings(variable, auth.jwtKeys, projectDir, entrySchema);
  const found = await Promise.all(entries.map((entry, index) => keysOf(entry, index, projectDir)));
  const keys = new Map<string, JwtKey>();
  for (const key of found.flat()) {
    if (keys.has(key.kid)) throw problem(key.kid, 'there are two of this id');
    if (key.kid === ownKeyId) throw problem(key.kid, 'the id is the service’s own');
    keys.set(key.kid, key);
  }
  return keys;
}

async function keysOf(entry: Entry, index: number, folder: string): Promise<JwtKey[]> {
  const { kid, alg, secret, publicKey, jwks, ...rest } = entry;
  const name = kid ?? `entry ${index + 1}`;
  if ([secret, publicKey, jwks].filter((given) => given !== undefined).length !== 1) {
    throw problem(name, 'expected one of secret, publicKey and jwks');
  }
  if (jwks !== undefined) return keysOfFile(name, jwks, alg, rest, folder);
  if (!kid || !alg) throw problem(name, 'kid and alg are missing');
  if (secret !== undefined) return [{ ...rest, kid, alg, key: secretOf(kid, alg, secret) }];
  return [{ ...rest, kid, alg, key: await publicKeyOf(kid, alg, publicKey ?? '', folder) }];
}

async function keysOfFile(
  name: string,
  file: string,
  alg: Algorithm | undefined,
  rest: Omit<JwtKey, 'kid' | 'alg' | 'key'>,
  folder: string,
): Promise<JwtKey[]> {
  const parsed = fileSchema.safeParse(parseJson(name, readText(variable, file, folder)));
  if (!parsed.success) throw problem(name, `${file} is no JSON Web Key Set whose keys have a kid`);
  const keys = parsed.data.keys.map(async (jwk) => {
    const pinned = algorithms.safeParse(jwk.alg ?? alg).data;
    if (!pinned) throw problem(jwk.kid, 'its alg is missing, or is none of HS256, RS256 and ES256');
    if (alg && pinned !== alg) throw problem(jwk.kid, `its alg is not ${alg}`);
    if (jwk.kty === 'oct')
      return { ...rest, kid: jwk.kid, alg: pinned, key: octetsOf(jwk.kid, jwk.k, pinned) };
    if ('d' in jwk) throw problem(jwk.kid, 'it is a private key: give the public one');
    return {
      ...rest,
      kid: jwk.kid,
      alg: pinned,
      key: await imported(jwk.kid, (jose) => jose.importJWK(jwk as JWK, pinned)),
    }; // jose looks at the rest
  });
  return Promise.all(keys);
}

const fileSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.string().min(1), kty: z.string(), alg: z.string().optional() })),
});

function octetsOf(kid: string, octets: unknown, alg: Algorithm): Uint8Array {
  return secretOf(kid, alg, Buffer.from(typeof octets === 'string' ? octets : '', 'base64url'));
}

/** A public key given as a secret would let anybody sign. */
function secretOf(kid: string, alg: Algorithm, secret: string | Uint8Array): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (alg !== 'HS256') throw problem(kid, `${alg} takes a publicKey, not a secret`);
  if (Buffer.from(bytes).includes('-----BEGIN'))
    throw problem(kid, 'the secret is a key in PEM: give it as publicKey');
  if (bytes.length < 32) throw problem(kid, 'the secret is shorter than 32 bytes');
  return bytes;
}

/** PEM, or the name of a file that holds it. */
async function publicKeyOf(kid: string, alg: Algorithm, given: string, folder: string): Promise<CryptoKey> {
  const pem = given.includes('-----BEGIN') ? given : readText(variable, given, folder);
  if (alg === 'HS256') throw problem(kid, 'HS256 takes a secret, not a publicKey');
  if (isPrivate(pem)) throw problem(kid, 'it is a private key: give the public one');
  return imported(kid, (jose) => jose.importSPKI(pem, alg));
}

type Jose = typeof import('jose');

function isPrivate(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

async function imported<Key>(kid: string, read: (jose: Jose) => Promise<Key>): Promise<Key> {
  const jose = await import('jose');
  try {
    return await read(jose);
  } catch {
    throw problem(kid, 'the key cannot be read, or is of another kind than its alg');
  }
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem(name, 'its file is not valid JSON');
  }
}

function problem(name: string, why: string): ConfigError {
  return new ConfigError([`${variable}: ${name}: ${why}`]);
}
