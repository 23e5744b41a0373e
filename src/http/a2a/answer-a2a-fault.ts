import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import type { Context } from 'hono';
import type { Fault } from '../fault.ts';
import { textOfFault } from './a2a-error.ts';

const codes: Partial<Record<Fault['code'], number>> = {
  'unsupported-media-type': A2A_ERROR_CODE.CONTENT_TYPE_NOT_SUPPORTED,
  'method-not-allowed': A2A_ERROR_CODE.INVALID_REQUEST,
  internal: A2A_ERROR_CODE.INTERNAL_ERROR,
  unavailable: A2A_ERROR_CODE.INTERNAL_ERROR,
  'too-many-requests': A2A_ERROR_CODE.INTERNAL_ERROR,
  'not-found': A2A_ERROR_CODE.INVALID_PARAMS,
};

/** Answers in the shape of JSON-RPC what came before the request's method: an unknown assistant, a body too large, too much to do. */
export function answerA2aFault(c: Context, fault: Fault): Response {
  const code = codes[fault.code] ?? A2A_ERROR_CODE.INVALID_REQUEST;
  return c.json({ jsonrpc: '2.0', error: { code, message: textOfFault(fault) }, id: null }, fault.status);
}
