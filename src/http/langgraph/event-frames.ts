import { v5 as uuidv5 } from 'uuid';
import type { StateUpdate } from '../../handoff/state.ts';
import type { JsonObject } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { chunkOf } from './message-chunk.ts';
import { messageMetadata } from './message-metadata.ts';
import type { Task } from './run-task.ts';
import type { RunView } from './run-view.ts';
import { begunTask, triggersOf } from './task-frames.ts';
import { wireMessage, wireValues } from './wire-message.ts';

/**
 * The mode `events`: the objects of LangChain's `streamEvents`, version 2, for the graph, its nodes, their models and
 * their tools. Each of these has a `run_id` of its own, derived from the run's; `parent_ids` lead from the graph down.
 */
export function eventFrames(event: LoggedEvent, view: RunView, before: RunView | undefined): Frame[] {
  const told = [...ofGraphStart(event, view), ...ofBegunTask(event, view, before), ...ofEvent(event, view)];
  return told.map((data) => ({ event: 'events', data }));
}

function ofGraphStart(event: LoggedEvent, view: RunView): object[] {
  if (event.type !== 'turn-start') return [];
  return [ofGraph(event, view, 'on_chain_start', { input: wireValues({ messages: event.input }) })];
}

function ofBegunTask(event: LoggedEvent, view: RunView, before: RunView | undefined): object[] {
  const task = begunTask(view, before);
  if (!task) return [];
  const input = wireValues(task.input);
  const node = ofNode(event, view, task, 'on_chain_start', { input });
  if (task.node === 'tools') return [node];
  return [node, ofModel(event, view, task, 'on_chat_model_start', { input: modelInput(task) })];
}

function ofEvent(event: LoggedEvent, view: RunView): object[] {
  const { task, calls } = view;
  switch (event.type) {
    case 'text-delta': {
      const chunk = chunkOf(event.messageId, event.agent, event.text);
      return task ? [ofModel(event, view, task, 'on_chat_model_stream', { chunk })] : [];
    }
    case 'call-start': {
      const { id, name, args } = event.call;
      return task ? [ofTool(event, view, task, { event: 'on_tool_start', id, name }, { input: args })] : [];
    }
    case 'call-end': {
      if (!task) return [];
      const { message } = event;
      const failed = message.status === 'error';
      const about = { id: message.tool_call_id, name: message.name };
      const input = calls.get(about.id)?.args ?? {};
      return failed
        ? [ofTool(event, view, task, { event: 'on_tool_error', ...about }, { input, error: message.content })]
        : [
            ofTool(
              event,
              view,
              task,
              { event: 'on_tool_end', ...about },
              { input, output: wireMessage(message) },
            ),
          ];
    }
    case 'step-end':
      return task ? ofStepEnd(event, view, task) : [];
    case 'turn-end':
      return [ofGraph(event, view, 'on_chain_end', { output: wireValues(view.values) })];
    case 'interrupted': {
      const waits = { __interrupt__: event.interrupts };
      return [
        ofGraph(event, view, 'on_chain_stream', { chunk: waits }),
        ofGraph(event, view, 'on_chain_end', { output: { ...wireValues(view.values), ...waits } }),
      ];
    }
    default:
      return [];
  }
}

function ofStepEnd(event: LoggedEvent & { update: JsonObject }, view: RunView, task: Task): object[] {
  const update: StateUpdate = event.update; // a logged update is one that a node returned
  const reply = update.messages?.find(({ type }) => type === 'ai');
  const output = wireValues(update);
  return [
    ...(reply && task.node !== 'tools'
      ? [
          ofModel(event, view, task, 'on_chat_model_end', {
            input: modelInput(task),
            output: wireMessage(reply),
          }),
        ]
      : []),
    ofNode(event, view, task, 'on_chain_stream', { chunk: output }),
    ofNode(event, view, task, 'on_chain_end', { input: wireValues(task.input), output }),
    ofGraph(event, view, 'on_chain_stream', { chunk: { [task.node]: output } }),
  ];
}

/** The thread's messages, as one batch: what the model itself was given is not for clients. */
function modelInput({ input }: Task): object {
  return { messages: [input.messages.map(wireMessage)] };
}

function ofGraph(event: LoggedEvent, view: RunView, name: string, data: object): object {
  const { graph_id, assistant_id, run_id, thread_id } = messageMetadata(event, view, '');
  const metadata = { graph_id, assistant_id, run_id, thread_id };
  return { event: name, name: view.graph, run_id: event.runId, parent_ids: [], tags: [], metadata, data };
}

function ofNode(event: LoggedEvent, view: RunView, task: Task, name: string, data: object): object {
  const tags = [`graph:step:${task.step}`];
  const about = { name: task.node, run_id: task.id, parent_ids: [event.runId], tags };
  return { event: name, ...about, metadata: metadataOf(event, view, task), data };
}

function ofModel(event: LoggedEvent, view: RunView, task: Task, name: string, data: object): object {
  const about = { name: task.node, run_id: uuidv5('model', task.id), parent_ids: [event.runId, task.id] };
  return { event: name, ...about, tags: [], metadata: metadataOf(event, view, task), data };
}

function ofTool(
  event: LoggedEvent,
  view: RunView,
  task: Task,
  { event: name, id, name: tool }: { event: string; id: string; name: string },
  data: object,
): object {
  const about = { name: tool, run_id: uuidv5(id, task.id), parent_ids: [event.runId, task.id] };
  return { event: name, ...about, tags: [], metadata: metadataOf(event, view, task), data };
}

function metadataOf(event: LoggedEvent, view: RunView, task: Task): object {
  return {
    ...messageMetadata(event, view, task.node),
    langgraph_step: task.step,
    langgraph_triggers: triggersOf(task),
    langgraph_path: ['__pregel_pull', task.node],
  };
}
