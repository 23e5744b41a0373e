import { type Message, type StreamResponse, type Task, TaskState, type TaskStatus } from '@a2a-js/sdk';
import type { Run } from '../../db/runs.ts';
import { textOf } from '../../message.ts';
import type { TurnInput } from '../../turn/turn-input.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import type { StateAt } from '../langgraph/run-view.ts';
import { describeProgress } from '../mcp/describe-progress.ts';
import { answerOf, extensionOf } from '../openai/completion.ts';
import { openSpeaker, type Speech } from '../openai/speech.ts';
import { type ArtifactChange, openTaskArtifacts } from './task-artifacts.ts';
import { agentMessage, answerPart, dataPart, textPart, userMessage } from './task-parts.ts';

/** Follows the logs of a task's runs, one run after the other. */
export interface TaskLog {
  /** A run begins the task or goes on with it. */
  add(run: Run): StreamResponse[];
  next(event: LoggedEvent): Promise<StreamResponse[]>;
  /** The thread went on with something else: a task that waits is over. */
  leave(): void;
  /** The task as it is now. */
  task(): Task;
  readonly state: TaskState;
  readonly waits: boolean;
  /** Whether nothing more happens until somebody says something. */
  readonly rests: boolean;
}

/**
 * A task and the changes of its stream, from the log of its runs. They depend on nothing but that and the saved states
 * that it names: whoever reads it, where and when ever, gets the same.
 */
export function openTaskLog(ids: { taskId: string; contextId: string }, stateAt: StateAt): TaskLog {
  const artifacts = openTaskArtifacts();
  const history: Message[] = [];
  let speaker = openSpeaker();
  /** The whole messages that were told, and the artifacts that they went into. */
  const finished = new Map<string, { content: string; place: string }>();
  let status: TaskStatus = statusOf(TaskState.TASK_STATE_SUBMITTED, Date.now());
  let runId = ids.taskId;

  function add(run: Run): StreamResponse[] {
    runId = run.run_id;
    speaker = openSpeaker();
    history.push(...saidIn(run));
    return [turnTo(TaskState.TASK_STATE_SUBMITTED, run.created_at.getTime())];
  }

  async function next(event: LoggedEvent): Promise<StreamResponse[]> {
    switch (event.type) {
      case 'turn-start': {
        const again = event.attempt > 1 ? await goOn(event) : [];
        return [...again, turnTo(TaskState.TASK_STATE_WORKING, event.at)];
      }
      case 'text-delta':
        return speak(speaker.hear(event.messageId, event.text), event.agent);
      case 'step-end':
        return finishSpoken((event.update.messages ?? []) as unknown as Spoken[]); // as a node that ended adds them
      case 'turn-end':
        return [...answer(event), turnTo(TaskState.TASK_STATE_COMPLETED, event.at)];
      case 'interrupted':
        return [
          ...change(artifacts.close()),
          turnTo(TaskState.TASK_STATE_INPUT_REQUIRED, event.at, ask(event)),
        ];
      case 'turn-error': {
        const cancelled = event.error === 'cancelled';
        const state = cancelled ? TaskState.TASK_STATE_CANCELED : TaskState.TASK_STATE_FAILED;
        return [...change(artifacts.close()), turnTo(state, event.at, say(event, event.message))];
      }
      default: {
        const progress = describeProgress(event);
        return progress ? [turnTo(TaskState.TASK_STATE_WORKING, event.at, say(event, progress))] : [];
      }
    }
  }

  /** Another attempt: what was being said and is saved is said to its end, and what was not saved is lost. */
  async function goOn(event: Extract<LoggedEvent, { type: 'turn-start' }>): Promise<StreamResponse[]> {
    const { messages } = await stateAt(event);
    const lost = speak(speaker.lose(new Set(messages.map(({ id }) => id))), '');
    return [...lost, ...finishSpoken(messages)];
  }

  /** The rest of messages that were heard in part. */
  function finishSpoken(messages: Spoken[]): StreamResponse[] {
    const heard = messages.filter(({ type, id }) => type === 'ai' && speaker.knows(id));
    return heard.flatMap(({ id, content, name = '' }) => finish(id, textOf(content), name));
  }

  function finish(messageId: string, text: string, agent: string): StreamResponse[] {
    const pieces = speaker.finish(messageId, text);
    const place = pieces.at(-1)?.item;
    if (place) finished.set(messageId, { content: text, place });
    return speak(pieces, agent);
  }

  function answer(event: Extract<LoggedEvent, { type: 'turn-end' }>): StreamResponse[] {
    const { id, content, name } = event.answer;
    const said = finish(id, content, name);
    const data = extensionOf({ threadId: ids.contextId, runId: event.runId }, event);
    const done = finished.get(id);
    const instead = done && done.content !== content ? content : undefined;
    const told = artifacts.answer(done?.place ?? id, data, instead);
    return [...said, ...change([...told, ...artifacts.close()])];
  }

  function ask(event: Extract<LoggedEvent, { type: 'interrupted' }>): Message {
    return say(event, answerOf(event), dataPart({ interrupts: event.interrupts }));
  }

  function say({ runId, seq }: LoggedEvent, text: string, ...more: ReturnType<typeof dataPart>[]): Message {
    return agentMessage({ messageId: `${runId}-${seq}`, ...ids }, [textPart(text), ...more]);
  }

  function saidIn({ run_id, input }: Run): Message[] {
    const { messages = [], resume } = input as unknown as TurnInput; // as acceptTurn wrote it
    const answers = resume === undefined ? [] : [answerPart(resume)];
    const said = [...messages.map(({ content }) => textPart(textOf(content))), ...answers];
    const messageId = messages[0]?.id || run_id;
    return said.length > 0 ? [userMessage({ messageId, ...ids }, said)] : [];
  }

  function speak(pieces: Speech[], agent: string): StreamResponse[] {
    return change(artifacts.speak(pieces, agent));
  }

  function change(changes: ArtifactChange[]): StreamResponse[] {
    return changes.map((value) => ({
      payload: { $case: 'artifactUpdate', value: { ...ids, ...value, metadata: undefined } },
    }));
  }

  function turnTo(state: TaskState, at: number, message?: Message): StreamResponse {
    status = statusOf(state, at, message);
    return { payload: { $case: 'statusUpdate', value: { ...ids, status, metadata: undefined } } };
  }

  function leave(): void {
    if (status.state !== TaskState.TASK_STATE_INPUT_REQUIRED) return;
    const why = 'Nobody answered: the conversation went on with something else.';
    const message = agentMessage({ messageId: `${runId}-left`, ...ids }, [textPart(why)]);
    status = { ...status, state: TaskState.TASK_STATE_CANCELED, message };
  }

  return {
    add,
    next,
    leave,
    task: () => ({
      id: ids.taskId,
      contextId: ids.contextId,
      status,
      artifacts: artifacts.list(),
      history: [...history],
      metadata: { run_id: runId },
    }),
    get state() {
      return status.state;
    },
    get waits() {
      return status.state === TaskState.TASK_STATE_INPUT_REQUIRED;
    },
    get rests() {
      return !atWork.has(status.state);
    },
  };
}

/** What is looked at of a message. */
type Spoken = { type: string; id: string; content: Parameters<typeof textOf>[0]; name?: string };

const atWork = new Set([TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING]);

function statusOf(state: TaskState, at: number, message?: Message): TaskStatus {
  return { state, message, timestamp: new Date(at).toISOString() };
}
