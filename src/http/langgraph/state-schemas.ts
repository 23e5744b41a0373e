const messages = {
  type: 'array',
  items: {
    type: 'object',
    required: ['type', 'content'],
    properties: {
      type: { type: 'string', enum: ['human', 'ai', 'tool', 'system'] },
      id: { type: 'string' },
      name: { type: 'string' },
      content: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] },
    },
  },
};
const input = {
  type: 'object',
  required: ['messages'],
  properties: { messages },
  additionalProperties: false,
};
const state = {
  type: 'object',
  required: ['messages', 'agent'],
  properties: { messages, agent: { type: 'string', description: 'Who speaks now, or spoke last.' } },
};
const none = { type: 'object', properties: {} };

/** What goes into a graph and comes out, as JSON Schemas: the same for every graph. */
export const stateSchemas = {
  input_schema: input,
  output_schema: state,
  state_schema: state,
  config_schema: none,
  context_schema: none,
};
