import type { JsonSchema } from './operations.ts';

/** What the doors that speak in methods take, since their own schemas leave the parameters open; undefined for other doors. */
export function rpcSchema(path: string): JsonSchema | undefined {
  if (path.startsWith('/mcp')) return calls(mcp);
  if (/^\/a2a\/\{\w+\}\/?$/.test(path)) return calls(a2a);
  if (path.endsWith('/commands')) return calls(protocol);
  return undefined;
}

function calls(methods: Record<string, JsonSchema>): JsonSchema {
  return {
    anyOf: Object.entries(methods).map(([method, params]) =>
      object(
        { jsonrpc: { const: '2.0' }, id: { type: 'integer', minimum: 0 }, method: { const: method }, params },
        ['jsonrpc', 'id', 'method', 'params'],
      ),
    ),
  };
}

const text: JsonSchema = { type: 'string', maxLength: 60 };
const anything: JsonSchema = {};
const object = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: true,
});

const mcp: Record<string, JsonSchema> = {
  initialize: object({
    protocolVersion: text,
    capabilities: object({}),
    clientInfo: object({ name: text, version: text }),
  }),
  'tools/list': object({ cursor: text }),
  'tools/call': object(
    {
      name: { enum: ['desk', 'till', 'nobody'] },
      arguments: object({ message: text, question: text, thread_id: text, context: anything }),
      _meta: object({ progressToken: anything }),
    },
    ['name'],
  ),
  ping: object({}),
  'resources/list': object({}),
  'prompts/get': object({ name: text }),
  'notifications/cancelled': object({ requestId: anything, reason: text }),
};

const message = object(
  {
    kind: { const: 'message' },
    messageId: text,
    role: { enum: ['user', 'agent', 'ROLE_USER'] },
    parts: {
      type: 'array',
      items: object({
        kind: { enum: ['text', 'data', 'file'] },
        text,
        data: anything,
        file: object({ uri: text, bytes: text }),
        url: text,
        raw: text,
        metadata: object({}),
      }),
    },
    contextId: text,
    taskId: text,
    metadata: object({}),
    extensions: { type: 'array', items: text },
    referenceTaskIds: { type: 'array', items: text },
  },
  ['messageId', 'role', 'parts'],
);
const sending = object(
  {
    message,
    configuration: object({
      blocking: { type: 'boolean' },
      historyLength: { type: 'integer' },
      acceptedOutputModes: { type: 'array', items: text },
    }),
    metadata: object({}),
  },
  ['message'],
);
const task = object({ id: text, historyLength: { type: 'integer' } }, ['id']);
const a2a: Record<string, JsonSchema> = {
  'message/send': sending,
  'message/stream': sending,
  SendMessage: sending,
  SendStreamingMessage: sending,
  'tasks/get': task,
  'tasks/cancel': task,
  'tasks/resubscribe': task,
  GetTask: task,
  ListTasks: object({ contextId: text, pageSize: { type: 'integer' }, pageToken: text, status: anything }),
  CancelTask: task,
  SubscribeToTask: task,
  'tasks/pushNotificationConfig/set': object({ taskId: text, pushNotificationConfig: object({ url: text }) }),
};

const messages = object({
  messages: { type: 'array', items: object({ role: text, type: text, content: anything }) },
});
const config = object({
  tags: { type: 'array', items: text },
  recursion_limit: { type: 'integer' },
  configurable: object({ checkpoint_id: text }),
});
const protocol: Record<string, JsonSchema> = {
  'run.start': object(
    {
      assistant_id: text,
      input: messages,
      config,
      metadata: object({}),
      namespace: { type: 'array', items: text },
    },
    ['assistant_id'],
  ),
  'input.respond': object({
    interrupt_id: text,
    response: anything,
    responses: anything,
    namespace: { type: 'array', items: text },
  }),
  'state.get': object({ checkpoint_id: text, config }),
  'state.listCheckpoints': object({ limit: { type: 'integer' }, before: anything }),
  'state.fork': object({ checkpoint_id: text, values: messages, input: messages, assistant_id: text }),
  'agent.getTree': object({ namespace: anything }),
  'subscription.subscribe': object({ channels: anything }),
};
