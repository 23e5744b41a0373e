import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import type { Fault } from './fault.ts';

/** Answers in the shape of our own routes: problem details, RFC 9457. `errors` points into the input. */
export function answerProblem(c: Context, { status, code, message, issues }: Fault): Response {
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    instance: c.req.path,
    code,
    request_id: c.get('requestId'),
    ...(issues.length > 0 && { errors: issues.map(({ path, message }) => ({ path, detail: message })) }),
  };
  return c.json(problem, status, { 'Content-Type': 'application/problem+json' });
}
