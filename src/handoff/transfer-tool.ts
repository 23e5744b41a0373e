import { z } from 'zod';
import type { JsonObject } from '../message.ts';
import type { ToolSpec } from '../model/chat-model.ts';
import type { Agent } from './agent-file.ts';
import type { BriefType, Edge } from './graph-file.ts';

const prefix = 'transfer_to_';

/** The name of the tool by which a model hands over to an agent. */
export function transferName(agent: string): string {
  return `${prefix}${agent}`;
}

/** The agent that a transfer tool's name asks for; nothing when it is another tool's name. */
export function transferTarget(toolName: string): string | undefined {
  return toolName.startsWith(prefix) ? toolName.slice(prefix.length) : undefined;
}

const tools = new WeakMap<Edge, { tool: ToolSpec; receiver: Agent }>();
const schemas = new WeakMap<Edge, z.ZodObject>();

/** An edge as the sender's model sees it: a tool whose description is the reason on the arrow. Made once: not to be changed. */
export function transferTool(edge: Edge, receiver: Agent): ToolSpec {
  const known = tools.get(edge);
  if (known?.receiver === receiver) return known.tool;
  const tool = makeTool(edge, receiver);
  tools.set(edge, { tool, receiver });
  return tool;
}

function makeTool(edge: Edge, receiver: Agent): ToolSpec {
  const asks = receiver.examples.map((example) => example.ask);
  const parameters = z.toJSONSchema(briefSchema(edge), { target: 'draft-7' }) as JsonObject; // a JSON Schema is JSON
  return {
    name: transferName(edge.to),
    description: `Hand the conversation over to ${edge.to}: ${edge.when}`,
    parameters,
    transfer: { to: edge.to, asks },
  };
}

/** The brief of an edge as a schema. Fields that the edge does not name are dropped. */
export function briefSchema(edge: Edge): z.ZodObject {
  const schema = schemas.get(edge) ?? makeSchema(edge);
  schemas.set(edge, schema);
  return schema;
}

function makeSchema(edge: Edge): z.ZodObject {
  const fields = Object.entries(edge.brief).map(([field, { type, required }]) => {
    const schema = fieldTypes[type];
    return [field, required ? schema : schema.optional()];
  });
  return z.object(Object.fromEntries(fields));
}

const fieldTypes: Record<BriefType, z.ZodType> = {
  string: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
};
