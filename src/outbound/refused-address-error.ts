/** An address that requests are not sent to. Its message names what the caller gave, and nothing that was found out about it. */
export class RefusedAddressError extends Error {
  override name = 'RefusedAddressError';
}
