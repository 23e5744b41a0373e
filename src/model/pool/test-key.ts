import { CallerError } from '../../errors.ts';
import { RefusedAddressError } from '../../outbound/refused-address-error.ts';
import type { ModelKeys } from '../open-model.ts';
import type { ModelKey } from './model-key.ts';

/** What a provider says to a key. `message` is ours. */
export interface KeyTest {
  ok: boolean;
  /** Of the provider's answer; null where there was none. */
  status: number | null;
  message: string;
}

const patienceMs = 10_000;

/**
 * Asks a key's provider for its list of models, which costs nothing, and reads no more than the status. A key that rests is looked at
 * again when that goes well. Throws a `CallerError` for a provider that is asked through its own package.
 */
export async function testKey(
  { pool, clients }: Pick<ModelKeys, 'pool' | 'clients'>,
  key: ModelKey,
): Promise<KeyTest> {
  if (key.unreadable) return { ok: false, status: null, message: key.unreadable };
  const status = await askModels(clients, key).catch((error: unknown) => whyNot(error));
  if (typeof status === 'string') return { ok: false, status: null, message: status };
  if (status < 300) pool.deskOf(key).health.lookAgain();
  return { ok: status < 300, status, message: meaningOf(status) };
}

async function askModels(clients: ModelKeys['clients'], key: ModelKey): Promise<number> {
  const { baseUrl = '', apiKey, fetch: ask = fetch } = connectionOf(clients, key);
  const response = await ask(`${baseUrl.replace(/\/+$/, '')}/models`, {
    headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  await response.body?.cancel();
  return response.status;
}

function connectionOf(clients: ModelKeys['clients'], key: ModelKey) {
  try {
    return clients.connect(key);
  } catch (cause) {
    const text = `Keys of ${key.provider} cannot be tested: it is asked through its own package.`;
    throw new CallerError('unprocessable', text, { cause });
  }
}

function meaningOf(status: number): string {
  if (status < 300) return 'The provider takes the key.';
  if (status === 401 || status === 403) return 'The provider refuses the key.';
  if (status === 404) return 'There is no list of models at the base URL.';
  return status === 429 ? 'The key is asked too often.' : `The provider answers with status ${status}.`;
}

/** The errors of networks repeat addresses, and nobody else's need to be known. */
function whyNot(error: unknown): string {
  if (error instanceof CallerError) throw error;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof RefusedAddressError) return cause.message;
  const late = error instanceof Error && error.name === 'TimeoutError';
  return late ? 'The provider did not answer in time.' : 'The provider could not be reached.';
}
