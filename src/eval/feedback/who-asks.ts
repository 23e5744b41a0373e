import { currentPayer } from '../../usage/payer.ts';

/** Who gave something: the id of a key or of a user, as what they use is written down. */
export interface Giver {
  kind: 'key' | 'user' | 'local';
  id: string;
}

/** Who asks for what is being done; `local` where nobody was asked who they are, and for commands. */
export function whoAsks(): Giver {
  const { apiKeyId, userId } = currentPayer();
  if (apiKeyId !== undefined) return { kind: 'key', id: apiKeyId };
  return userId !== undefined ? { kind: 'user', id: userId } : { kind: 'local', id: 'local' };
}
