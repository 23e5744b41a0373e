import type { ToolSpec } from './chat-model.ts';

const texts = new WeakMap<ToolSpec, string>();

/** What a provider is told of a tool, as JSON. Made once of each object: what is asked with does not change. */
export function toolText(tool: ToolSpec): string {
  const text = texts.get(tool) ?? writtenOf(tool);
  texts.set(tool, text);
  return text;
}

function writtenOf({ name, description, parameters }: ToolSpec): string {
  return JSON.stringify({ name, description, parameters });
}
