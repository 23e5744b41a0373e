/** Why a secret cannot be sealed or opened. Its message has no part of any text or key in it, and may be shown. */
export class SecretError extends Error {
  override name = 'SecretError';
}
