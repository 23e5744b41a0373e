import type { AppContext } from '../../src/app-context.ts';
import { type KeyRequest, makeKey } from '../../src/identity/make-key.ts';

/** Makes a key of a tenant that is there. Returns its text. */
export async function giveKey(
  { db }: Pick<AppContext, 'db'>,
  tenant: string,
  request: Partial<KeyRequest> = {},
): Promise<string> {
  const { text } = await makeKey(db, 'command', tenant, { name: 'test', role: 'member', ...request });
  return text;
}

/** The header that a key goes into. */
export function bearer(credential: string): { Authorization: string } {
  return { Authorization: `Bearer ${credential}` };
}
