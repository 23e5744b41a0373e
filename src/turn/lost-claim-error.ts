/** Another process carries the run out by now: this one keeps silent. */
export class LostClaimError extends Error {
  override name = 'LostClaimError';
}
