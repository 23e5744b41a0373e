const content = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] };
const id = { type: 'string' };
const name = { type: 'string' };

/** What is said to a graph: only people's messages. */
const input = {
  type: 'object',
  required: ['messages'],
  properties: {
    messages: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['type', 'content'],
        properties: { type: { type: 'string', enum: ['human', 'user'] }, id, name, content },
      },
    },
  },
  additionalProperties: false,
};

const call = {
  type: 'object',
  required: ['id', 'name', 'args'],
  properties: { id, name, args: { type: 'object' } },
};
const state = {
  type: 'object',
  required: ['messages', 'agent'],
  properties: {
    messages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'content'],
        properties: {
          type: { type: 'string', enum: ['human', 'ai', 'tool', 'system'] },
          id,
          name: { ...name, description: 'Of an agent or a tool: which one.' },
          content,
          tool_calls: { type: 'array', items: call },
          tool_call_id: { type: 'string' },
          status: { type: 'string', enum: ['success', 'error'] },
        },
      },
    },
    agent: { type: 'string', description: 'Who speaks now, or spoke last.' },
  },
};

const config = {
  type: 'object',
  properties: {
    graph_version: {
      type: 'string',
      enum: ['pinned', 'newest'],
      description: 'Which version of the graph answers: the one that the thread began with, or the newest.',
    },
  },
};

/** What goes into a graph and comes out, as JSON Schemas: the same for every graph. Tools say what else they read. */
export const stateSchemas = {
  input_schema: input,
  output_schema: state,
  state_schema: state,
  config_schema: config,
  context_schema: { type: 'object', properties: {} },
};
