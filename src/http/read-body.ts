import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { CallerError } from '../errors.ts';
import type { Json } from '../message.ts';
import { checkInput } from './check-input.ts';
import { cleanJson } from './clean-json.ts';

/**
 * The request's JSON body, checked. An absent body reads as `{}`. `text/plain` is read as JSON too,
 * since browsers send it without asking the server first.
 *
 * Throws a `CallerError` that says what is wrong and where, and an `HTTPException` 415 for other types.
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const type = c.req.header('content-type');
  if (type && !/^(application\/([\w.-]+\+)?json|text\/plain)\s*(;|$)/i.test(type)) {
    throw new HTTPException(415, {
      message: `Send the body as application/json, not as ${type.split(';')[0]}.`,
    });
  }
  return checkInput(schema, cleanJson(parse(await readBytes(c))));
}

async function readBytes(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (cause) {
    if (!c.req.raw.signal.aborted) throw cause;
    throw new CallerError('invalid-request', 'The client left before the end of the body.', { cause });
  }
}

function parse(bytes: ArrayBuffer): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? {} : (JSON.parse(text) as Json); // what JSON.parse returns
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'JSON' : 'UTF-8';
    throw new CallerError('invalid-request', `The body is not valid ${what}.`, { cause });
  }
}
