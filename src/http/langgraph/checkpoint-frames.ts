import type { Checkpointed, LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { makeTask, nextNode } from './run-task.ts';
import type { RunView } from './run-view.ts';
import { wireValues } from './wire-message.ts';

/** The mode `checkpoints`: each state that is saved, in the shape in which the state of a thread is read. */
export function checkpointFrames(event: LoggedEvent, view: RunView): Frame[] {
  return event.type === 'checkpoint' ? [{ event: 'checkpoints', data: describeCheckpoint(event, view) }] : [];
}

export function describeCheckpoint(event: LoggedEvent & Checkpointed, view: RunView): object {
  const { checkpointId, parentId, step, source, threadId, runId, at } = event;
  // LangGraph saves an input before it takes it in
  const node = source === 'input' ? '__start__' : nextNode(view.values);
  const values = source === 'input' ? view.start : view.values;
  const task = node === undefined ? undefined : makeTask(event, node, step + 1, values);
  const checkpoint = refOf(threadId, checkpointId);
  const parent = parentId === null ? null : refOf(threadId, parentId);
  return {
    config: { configurable: checkpoint },
    parent_config: parent && { configurable: parent },
    values: wireValues(values),
    metadata: { source, step, parents: {}, thread_id: threadId, run_id: runId },
    next: task ? [task.node] : [],
    tasks: task
      ? [{ id: task.id, name: task.node, error: null, interrupts: [], path: ['__pregel_pull', task.node] }]
      : [],
    created_at: new Date(at).toISOString(),
    checkpoint,
    parent_checkpoint: parent,
  };
}

function refOf(threadId: string, checkpointId: string) {
  return { thread_id: threadId, checkpoint_ns: '', checkpoint_id: checkpointId };
}
