import type { Context } from 'hono';
import { z } from 'zod';
import { checkInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';

const id = z.guid('expected a UUID').toLowerCase();
const ofThread = z.object({ thread_id: id });
const ofRun = z.object({ run_id: id });

/** The thread that the path names. Throws a `CallerError` when it is no id. */
export function readThreadId(c: Context<HttpEnv>): string {
  const { thread_id } = checkInput(ofThread, c.req.param());
  c.set('threadId', thread_id);
  return thread_id;
}

/** The run that the path names. Throws a `CallerError` when it is no id. */
export function readRunId(c: Context<HttpEnv>): string {
  const { run_id } = checkInput(ofRun, c.req.param());
  c.set('runId', run_id);
  return run_id;
}
