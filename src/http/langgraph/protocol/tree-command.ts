import { z } from 'zod';
import { getRun, listRuns } from '../../../db/runs.ts';
import type { RunStatus } from '../../../db/tables/thread-tables.ts';
import { checkInput } from '../../check-input.ts';
import { type Command, threadOf } from './command.ts';
import { CommandError } from './command-error.ts';
import type { Status } from './lifecycle-pieces.ts';
import { rootNamespace } from './protocol-event.ts';

const paramsSchema = z.object({ run_id: z.guid('expected a UUID').toLowerCase().optional() });

const statuses: Record<RunStatus, Status> = {
  pending: 'running',
  running: 'running',
  success: 'completed',
  error: 'failed',
  timeout: 'failed',
  interrupted: 'interrupted',
};

/** `agent.getTree`: what has become of a run, or of the thread's newest. Graphs are flat, so the tree is its root. */
export async function getTree(command: Command): Promise<object> {
  const { context, threadId, params } = command;
  const { run_id } = checkInput(paramsSchema, params);
  const thread = threadOf(command);
  const [newest] = await listRuns(context.db, threadId, { limit: 1, offset: 0 });
  const run = run_id ? await getRun(context.db, run_id) : newest;
  if (run?.thread_id !== threadId)
    throw new CommandError(
      'no_such_run',
      run_id ? `The thread has no run ${run_id}.` : 'Nothing has run here so far.',
    );
  const waits = thread.status === 'interrupted' && run.run_id === newest?.run_id;
  const status = waits ? 'interrupted' : statuses[run.status];
  return { tree: { namespace: rootNamespace, status, graph_name: run.graph } };
}
