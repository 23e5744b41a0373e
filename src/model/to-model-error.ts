import { ModelError } from './chat-model.ts';
import { ModelTimeout } from './with-timeout.ts';

/** A failure, told so that it can be shown, with what is known about trying again. */
export interface Failure {
  error: ModelError;
  /** Whether the same request may succeed later. */
  mayPass: boolean;
  /** How long the server asks to wait. */
  retryAfterMs?: number;
  /** What is wrong with the key and not with the request: another key may fare better. */
  kind?: 'limited' | 'no-quota' | 'refused';
}

const passing = new Set([408, 409, 429]);
const noMoreQuota = 'insufficient_quota';

/**
 * What went wrong, as a `ModelError`. The messages are ours, with at most the provider's status and error code in
 * them: what providers write may hold keys and prompts, and goes into `cause` alone. `now` is in milliseconds.
 */
export function toModelError(thrown: unknown, name: string, now: number): Failure {
  if (thrown instanceof ModelError) return { error: thrown, mayPass: thrown.reason === 'misbehaved' };
  if (isTimeout(thrown)) return failure('timeout', `${name} did not answer in time.`, thrown, true);
  const { status } = fieldsOf(thrown);
  return status === undefined ? toBrokenConnection(thrown, name) : toRefusal(thrown, status, name, now);
}

/** No answer at all, or one that ended early, or an error that came in the middle of a stream. */
function toBrokenConnection(thrown: unknown, name: string): Failure {
  if (isUnreadable(thrown)) {
    const mayPass = thrown instanceof SyntaxError;
    return failure('misbehaved', `${name} answered in a way that cannot be read.`, thrown, mayPass);
  }
  return failure('unavailable', `${name} could not be reached, or the connection broke.`, thrown, true);
}

function toRefusal(thrown: unknown, status: number, name: string, now: number): Failure {
  const code = codeOf(thrown);
  const told = code ? `status ${status}, ${code}` : `status ${status}`;
  if (status === 429) {
    const mayPass = code !== noMoreQuota;
    const text = mayPass
      ? `${name} is asked too often (${told}).`
      : `${name}: the quota is used up (${told}).`;
    const kind = mayPass ? 'limited' : 'no-quota';
    return { ...failure('rate-limited', text, thrown, mayPass), ...retryAfterOf(thrown, now), kind };
  }
  if (status === 408) return failure('timeout', `${name} did not answer in time (${told}).`, thrown, true);
  if (status >= 500 || passing.has(status)) {
    const text = `${name} is not available (${told}).`;
    return { ...failure('unavailable', text, thrown, true), ...retryAfterOf(thrown, now) };
  }
  const refused = failure(
    'rejected',
    `${name} rejected the request (${told})${hintFor(status)}.`,
    thrown,
    false,
  );
  return isRefusal(status) ? { ...refused, kind: 'refused' } : refused;
}

/** Whether a provider does not take the key that it was asked with. */
export function isKeyRefusal({ reason, cause }: ModelError): boolean {
  return reason === 'rejected' && isRefusal(fieldsOf(cause).status);
}

function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

function failure(reason: ModelError['reason'], text: string, cause: unknown, mayPass: boolean): Failure {
  return { error: new ModelError(reason, text, { cause }), mayPass };
}

function hintFor(status: number): string {
  if (isRefusal(status)) return ': check its key';
  if (status === 404) return ': check the model name and the base URL';
  return '';
}

/** An answer that broke its reader is no network's doing; `fetch` too throws a `TypeError`, but with a cause. */
function isUnreadable(thrown: unknown): boolean {
  if (thrown instanceof SyntaxError) return true;
  return thrown instanceof TypeError && thrown.cause === undefined && thrown.message !== 'terminated';
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof ModelTimeout || (thrown instanceof Error && thrown.name === 'TimeoutError');
}

/** Codes such as `context_length_exceeded`; anything else is not repeated. */
function codeOf(thrown: unknown): string | undefined {
  const { code } = fieldsOf(thrown);
  return typeof code === 'string' && /^[a-z_]{3,40}$/.test(code) ? code : undefined;
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), or OpenAI's `retry-after-ms`. */
function retryAfterOf(thrown: unknown, now: number): { retryAfterMs?: number } {
  const { headers } = fieldsOf(thrown);
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0) return { retryAfterMs: milliseconds };
  const text = headers?.get('retry-after')?.trim();
  if (!text) return {};
  if (/^\d+(\.\d+)?$/.test(text)) return { retryAfterMs: Number(text) * 1000 };
  const date = Date.parse(text);
  return Number.isNaN(date) ? {} : { retryAfterMs: Math.max(0, date - now) };
}

/** Of the error, or of the first of its causes that has a status: clients wrap what providers answered. */
function fieldsOf(thrown: unknown): { status?: number; code?: unknown; headers?: Headers } {
  if (typeof thrown !== 'object' || thrown === null) return {};
  const { status, statusCode, code, headers, cause } = thrown as Record<string, unknown>; // clients throw what they like
  const number = [status, statusCode].find((value) => typeof value === 'number' && value >= 400);
  if (typeof number !== 'number' && cause) return fieldsOf(cause);
  return {
    ...(typeof number === 'number' && { status: number }),
    code,
    ...(headers instanceof Headers && { headers }),
  };
}
