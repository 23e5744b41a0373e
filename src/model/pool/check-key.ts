import { CallerError } from '../../errors.ts';
import { readAllowList } from '../../outbound/allow-list.ts';
import { checkAddress } from '../../outbound/check-address.ts';
import { RefusedAddressError } from '../../outbound/refused-address-error.ts';
import { problemOfProvider } from '../open-provider.ts';
import { baseUrlOf } from './provider-urls.ts';

/**
 * Whether a key can be used at all: somebody speaks for its provider, and its base URL may be asked. `allow` is what the service's own
 * base URLs may lead to; undefined for a tenant's, which lead to public addresses over TLS. Throws a `CallerError`.
 */
export function checkKey(
  key: { provider: string; baseUrl?: string | undefined },
  allow: readonly string[] | undefined,
): void {
  const { provider, baseUrl } = key;
  if (baseUrl !== undefined) checkBaseUrl(baseUrl, allow);
  else if (!baseUrlOf({ provider }) && problemOfProvider({ provider, model: '*' })) {
    const text = `It is not known where ${provider} is asked: give its base_url, where it speaks OpenAI's protocol.`;
    throw invalid('provider', text);
  }
}

function checkBaseUrl(baseUrl: string, allow: readonly string[] | undefined): void {
  try {
    const { protocol, search, hash } = checkAddress(baseUrl, readAllowList(allow ?? []));
    if (search || hash) throw new RefusedAddressError('It has more than a path.');
    if (!allow && protocol !== 'https:') throw new RefusedAddressError('Its protocol is not https.');
  } catch (error) {
    if (error instanceof RefusedAddressError) throw invalid('base_url', error.message);
    throw error;
  }
}

function invalid(path: string, message: string): CallerError {
  return new CallerError('invalid-request', 'The request is not valid.', { issues: [{ path, message }] });
}
