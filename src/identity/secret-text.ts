import { createHash, randomBytes } from 'node:crypto';
import { tenantIdPattern } from '../tenancy.ts';

/** A secret of 256 bits that leads to its tenant and says nothing else: `<tenant>.<id>.<secret>`. */
export interface SecretText {
  tenant: string;
  /** A UUID. */
  id: string;
  secret: string;
}

/** Makes up a secret for something that has an id. */
export function newSecret(tenant: string, id: string): SecretText {
  return { tenant, id, secret: randomBytes(32).toString('base64url') };
}

export function writeSecret({ tenant, id, secret }: SecretText): string {
  return `${tenant}.${id}.${secret}`;
}

/** Reads what `writeSecret` wrote; undefined for anything else. */
export function readSecret(text: string): SecretText | undefined {
  const [tenant = '', id = '', secret = '', ...rest] = text.split('.');
  const fits = tenantIdPattern.test(tenant) && isUuid(id) && /^[\w-]{43}$/.test(secret) && rest.length === 0;
  return fits ? { tenant, id, secret } : undefined;
}

/** What is kept of a secret. It has 256 bits that nobody can guess, so a fast hash will do. */
export function hashSecret({ secret }: Pick<SecretText, 'secret'>): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
