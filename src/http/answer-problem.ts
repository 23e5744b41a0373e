import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import type { Fault } from './fault.ts';

/** Of draft-ietf-httpapi-ratelimit-headers-11, section 5.1. */
const quotaExceeded = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/**
 * Answers in the shape of our own routes: problem details, RFC 9457. `errors` points into the input, and `violated-policies`
 * names the limits that were exceeded.
 */
export function answerProblem(c: Context, { status, code, message, issues, limits }: Fault): Response {
  const problem = {
    type: limits ? quotaExceeded : 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    instance: c.req.path,
    code,
    request_id: c.get('requestId'),
    ...(issues.length > 0 && { errors: issues.map(({ path, message }) => ({ path, detail: message })) }),
    ...(limits && { 'violated-policies': limits }),
  };
  return c.json(problem, status, { 'Content-Type': 'application/problem+json' });
}
