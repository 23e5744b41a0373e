import { randomUUID } from 'node:crypto';
import { type Part, type SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';

export interface Asked {
  text?: string;
  data?: unknown;
  url?: string;
  contextId?: string;
  taskId?: string;
  config?: Partial<NonNullable<SendMessageRequest['configuration']>>;
}

export function ask({ text, data, url, contextId = '', taskId = '', config }: Asked): SendMessageRequest {
  const content: Part['content'] =
    text !== undefined
      ? { $case: 'text', value: text }
      : url
        ? { $case: 'url', value: url }
        : { $case: 'data', value: data };
  const part = { content, metadata: undefined, filename: '', mediaType: '' };
  return {
    tenant: '',
    message: {
      messageId: randomUUID(),
      contextId,
      taskId,
      role: 1, // the user
      parts: [part],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately: false,
      ...config,
    },
    metadata: undefined,
  };
}

export function push() {
  return {
    tenant: '',
    id: '1',
    taskId: '',
    url: 'https://example.com',
    token: '',
    authentication: undefined,
  };
}

export function asTask(result: object): Task {
  if ('artifacts' in result) return result as Task;
  throw new Error('expected a task');
}

export function contentOf({ content }: Part): unknown {
  return content?.value;
}

export function contentsOf(task: Task): unknown[] {
  return task.artifacts.flatMap(({ parts }) => parts.map(contentOf));
}

export function taskIdOf([first]: StreamResponse[]): string {
  if (first?.payload?.$case === 'task') return first.payload.value.id;
  throw new Error('the first event is the task');
}

export function changesOf(events: StreamResponse[]) {
  return events.flatMap(({ payload }) => (payload?.$case === 'artifactUpdate' ? [payload.value] : []));
}

export function textsOf(events: StreamResponse[]): unknown[] {
  const parts = changesOf(events).flatMap(({ artifact }) => artifact?.parts ?? []);
  return parts.flatMap((part) => (part.content?.$case === 'text' ? [contentOf(part)] : []));
}

/** The artifacts that a client puts together: texts that follow each other are one. */
export function artifactsOf(events: StreamResponse[]): Task['artifacts'] {
  const [first] = events;
  const before = first?.payload?.$case === 'task' ? first.payload.value.artifacts : [];
  const artifacts = new Map(before.map((artifact) => [artifact.artifactId, artifact]));
  for (const { artifact, append } of changesOf(events)) {
    if (!artifact) continue;
    const told = append ? (artifacts.get(artifact.artifactId)?.parts ?? []) : [];
    artifacts.set(artifact.artifactId, { ...artifact, parts: [...told, ...artifact.parts].reduce(join, []) });
  }
  return [...artifacts.values()];
}

function join(parts: Part[], part: Part): Part[] {
  const last = parts.at(-1);
  if (last?.content?.$case !== 'text' || part.content?.$case !== 'text') return [...parts, part];
  const value = last.content.value + part.content.value;
  return [...parts.slice(0, -1), { ...last, content: { $case: 'text', value } }];
}

export function statesOf(events: StreamResponse[]): string[][] {
  return events.flatMap(({ payload }) => {
    if (payload?.$case !== 'task' && payload?.$case !== 'statusUpdate') return [];
    const { state, message } = payload.value.status ?? {};
    const [text] = (message?.parts ?? []).map(contentOf);
    return [[wordOf(state), ...(typeof text === 'string' ? [text] : [])]];
  });
}

export function wordOf(state: TaskState | undefined): string {
  return String(TaskState[state ?? 0])
    .replace('TASK_STATE_', '')
    .toLowerCase()
    .replace('_', '-');
}
