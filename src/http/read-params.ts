import type { Context } from 'hono';
import { z } from 'zod';
import { checkInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';

const id = z.guid('expected a UUID').toLowerCase();

/** The thread that the path names. Throws a `CallerError` when it is no id. */
export function readThreadId(c: Context<HttpEnv>): string {
  const { thread_id } = checkInput(z.object({ thread_id: id }), c.req.param());
  c.set('threadId', thread_id);
  return thread_id;
}

/** The run that the path names. Throws a `CallerError` when it is no id. */
export function readRunId(c: Context<HttpEnv>): string {
  const { run_id } = checkInput(z.object({ run_id: id }), c.req.param());
  c.set('runId', run_id);
  return run_id;
}
