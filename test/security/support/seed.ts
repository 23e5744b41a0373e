import { randomUUID } from 'node:crypto';
import type { Known } from './arbitrary-of.ts';
import { smallReport, smallSuite } from './small-report.ts';

/** What a caller has made through every door, by the names that ids have in paths, queries and bodies. */
export interface Seed {
  known: Known;
  ids: Record<string, string[]>;
}

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

export interface SeedOptions {
  /** Stands in every text. */
  canary?: string;
  graph?: string;
  /** Who asks. */
  headers?: Record<string, string>;
}

/** Makes one of everything through the service's doors. The model must answer each turn with one reply. */
export async function makeOneOfEverything(
  url: string,
  { canary = 'canary', graph = 'desk', headers = {} }: SeedOptions = {},
): Promise<Seed> {
  const ask: Ask = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} → ${response.status} ${text}`);
    const events = response.headers.get('content-type')?.startsWith('text/event-stream');
    return text === '' || events ? text : JSON.parse(text);
  };
  const metadata = { note: canary };
  const input = { messages: [{ role: 'user', content: `${canary} says hello` }] };

  const own = await post<{ assistant_id: string }>(ask, '/assistants', {
    graph_id: graph,
    name: canary,
    metadata,
  });
  const assistantId = own.assistant_id;
  await ask('PATCH', `/assistants/${assistantId}`, { description: canary });
  const { thread_id: threadId } = await post<{ thread_id: string }>(ask, '/threads', { metadata });
  await ask('POST', `/threads/${threadId}/runs/wait`, { assistant_id: assistantId, input, metadata });
  const runs = (await ask('GET', `/threads/${threadId}/runs`)) as { run_id: string }[];
  const later = await post<{ run_id: string }>(ask, `/threads/${threadId}/runs`, {
    assistant_id: graph,
    input,
    after_seconds: 86_400,
  });
  const states = (await ask('GET', `/threads/${threadId}/history`)) as {
    checkpoint: { checkpoint_id: string };
  }[];
  const cron = await post<{ cron_id: string }>(ask, '/runs/crons', {
    assistant_id: assistantId,
    schedule: '0 0 1 1 *',
    input,
    metadata,
  });
  const threadCron = await post<{ cron_id: string }>(ask, `/threads/${threadId}/runs/crons`, {
    assistant_id: graph,
    schedule: '0 0 1 1 *',
    input,
    metadata,
  });
  await ask('PUT', '/store/items', { namespace: ['people', canary], key: canary, value: { text: canary } });
  await ask('POST', '/v1/chat/completions', { model: graph, messages: [{ role: 'user', content: canary }] });
  const conversation = await post<{ id: string }>(ask, '/v1/conversations', { metadata });
  const answer = await post<{ id: string }>(ask, '/v1/responses', {
    model: graph,
    input: canary,
    conversation: conversation.id,
    metadata,
  });
  const task = await post<{ result?: { id?: string; contextId?: string } }>(ask, `/a2a/${graph}`, {
    jsonrpc: '2.0',
    id: 1,
    method: 'message/send',
    params: {
      message: {
        kind: 'message',
        messageId: randomUUID(),
        role: 'user',
        parts: [{ kind: 'text', text: canary }],
      },
    },
  });
  const collection = `of-${canary.toLowerCase()}`;
  await ask('POST', '/api/v1/collections', { name: collection, description: canary });
  const document = await post<{ id: string }>(ask, `/api/v1/collections/${collection}/documents`, {
    key: canary,
    text: `# ${canary}\n\nWhat ${canary} wrote down.`,
    tags: [canary],
    metadata,
  });
  await ask('GET', `/api/v1/documents/${document.id}?wait=30`);
  const feedback = await post<{ id: string }>(ask, '/api/v1/feedback', {
    run_id: runs[0]?.run_id,
    score: 'down',
    comment: canary,
  });
  const report = await post<{ run_id: string }>(
    ask,
    '/api/v1/evals',
    smallReport(randomUUID(), canary, graph),
  );
  await ask('GET', '/api/v1/events'); // numbers them: nothing changes by itself after this
  const ids = {
    collection: [collection],
    document: [document.id],
    thread_id: [threadId],
    run_id: [runs[0]?.run_id ?? '', later.run_id],
    assistant_id: [assistantId],
    checkpoint_id: states.slice(0, 2).map(({ checkpoint }) => checkpoint.checkpoint_id),
    cron_id: [cron.cron_id, threadCron.cron_id],
    conversation_id: [conversation.id],
    response_id: [answer.id],
    task_id: [task.result?.id ?? ''],
    context_id: [task.result?.contextId ?? ''],
    namespace: ['people', canary],
    key: [canary],
    feedback_id: [feedback.id],
    eval_run_id: [report.run_id],
    suite: [smallSuite],
  };
  return { ids, known: knownFrom(ids) };
}

/** Names of fields that hold ids of something that is kept under another name. */
const aliases: Record<string, string> = {
  ids: 'thread_id',
  thread_ids: 'thread_id',
  run_ids: 'run_id',
  previous_response_id: 'response_id',
  conversation: 'conversation_id',
  collections: 'collection',
  documents: 'document',
  base: 'eval_run_id',
  candidate: 'eval_run_id',
  before: 'checkpoint_id',
  after: 'response_id',
  contextId: 'context_id',
  taskId: 'task_id',
  id: 'task_id',
  namespace_prefix: 'namespace',
  prefix: 'namespace',
};

const words: Record<string, unknown[]> = {
  assistant_id: ['desk', 'till'],
  graph_id: ['desk', 'till'],
  model: ['desk', 'till'],
  schedule: ['0 0 1 1 *', '*/5 * * * *'],
  timezone: ['Europe/Berlin', 'UTC'],
};

function knownFrom(ids: Record<string, string[]>): Known {
  return (field) => [...(ids[aliases[field] ?? field] ?? []), ...(words[field] ?? [])];
}

async function post<T>(ask: Ask, path: string, body: object): Promise<T> {
  return (await ask('POST', path, body)) as T; // as the door describes it
}
