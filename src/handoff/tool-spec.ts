import { z } from 'zod';
import type { JsonObject } from '../message.ts';
import type { ToolSpec } from '../model/chat-model.ts';
import type { Tool } from './define-tool.ts';

const specs = new WeakMap<Tool, ToolSpec>();

/** A tool as models see it. Made once, and the same for every call: not to be changed. */
export function toolSpec(tool: Tool): ToolSpec {
  const spec = specs.get(tool) ?? makeSpec(tool);
  specs.set(tool, spec);
  return spec;
}

function makeSpec({ name, description, parameters }: Tool): ToolSpec {
  const schema = z.toJSONSchema(parameters, { target: 'draft-7', io: 'input' });
  return { name, description, parameters: schema as JsonObject }; // a JSON Schema is JSON
}
