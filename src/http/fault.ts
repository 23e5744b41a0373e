import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isOverdue, isUnavailable } from '../db/is-unavailable.ts';
import { CallerError, type CallerErrorCode, type Issue } from '../errors.ts';
import { StreamMovedError } from '../turn/stream-moved-error.ts';

/** What a door tells its client about a request that failed, before the door gives it its shape. */
export interface Fault {
  status: ContentfulStatusCode;
  code: CallerErrorCode | 'method-not-allowed' | 'unsupported-media-type' | 'internal';
  /** Safe to show. */
  message: string;
  issues: Issue[];
  /** When to try again, in seconds. */
  retryAfter?: number;
  /** The names of limits that were exceeded. */
  limits?: string[];
}

const statuses: Record<CallerErrorCode, ContentfulStatusCode> = {
  'invalid-request': 400,
  unauthenticated: 401,
  'payment-required': 402,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unprocessable: 422,
  'too-many-requests': 429,
  unavailable: 503,
};

/** Of what passes by itself, when to try again where nothing is said about it, in seconds. */
const soon: Partial<Record<CallerErrorCode, number>> = { 'too-many-requests': 5, unavailable: 2 };

/** What to tell about anything thrown. An error that is not the caller's keeps its message to itself. */
export function faultOf(error: unknown): Fault {
  if (error instanceof CallerError) {
    const { code, message, issues, limits } = error;
    const retryAfter = error.retryAfter ?? soon[code];
    const more = { ...(retryAfter && { retryAfter }), ...(limits.length > 0 && { limits }) };
    return { status: statuses[code], code, message, issues, ...more };
  }
  if (error instanceof HTTPException && error.status < 500) {
    const code = error.status === 415 ? 'unsupported-media-type' : 'invalid-request';
    return { status: error.status, code, message: error.message, issues: [] };
  }
  if (error instanceof StreamMovedError) {
    return { status: 503, code: 'unavailable', message: error.message, issues: [] };
  }
  if (isUnavailable(error) || isOverdue(error)) {
    return {
      status: 503,
      code: 'unavailable',
      message: 'The database cannot be used just now. Try again soon.',
      issues: [],
      retryAfter: 2,
    };
  }
  return { status: 500, code: 'internal', message: 'The service failed to answer this request.', issues: [] };
}
