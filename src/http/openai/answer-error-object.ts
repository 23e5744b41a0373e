import type { Context } from 'hono';
import type { Fault } from '../fault.ts';

export interface ErrorObject {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** Answers in the shape of OpenAI's API. */
export function answerErrorObject(c: Context, fault: Fault): Response {
  return c.json(errorObject(fault), fault.status);
}

/** `param` is where the first mistake is; `code` is set where OpenAI's clients look at it. */
export function errorObject({ status, message, issues }: Fault): ErrorObject {
  const [first] = issues;
  return {
    error: {
      message: first
        ? `${message} ${issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')}`
        : message,
      type: typeOf(status),
      param: first?.path || null,
      code: codeOf(status, first?.path),
    },
  };
}

function codeOf(status: number, path: string | undefined): string | null {
  if (status === 402) return noQuota;
  if (status === 429) return 'rate_limit_exceeded';
  return path === 'model' && status === 404 ? 'model_not_found' : null;
}

/** As OpenAI calls a spent budget, both in `type` and in `code`. */
const noQuota = 'insufficient_quota';

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 402) return noQuota;
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
