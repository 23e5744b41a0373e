import type { Context } from 'hono';
import type { Fault } from '../fault.ts';

/** Answers in the shape of LangGraph's hosted server: `{"detail": string}`, 422 for bad input. */
export function answerDetail(c: Context, { status, code, message, issues }: Fault): Response {
  const places = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const detail = places.length > 0 ? `${message} ${places.join('; ')}` : message;
  return c.json({ detail, request_id: c.get('requestId') }, code === 'invalid-request' ? 422 : status);
}
