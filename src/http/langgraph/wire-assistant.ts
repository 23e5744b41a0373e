import type { Assistant, AssistantVersion } from '../../db/assistants.ts';

export const assistantFields = [
  'assistant_id',
  'graph_id',
  'name',
  'description',
  'config',
  'context',
  'metadata',
  'version',
  'created_at',
  'updated_at',
] as const;
export type AssistantField = (typeof assistantFields)[number];

/** An assistant as LangGraph's clients know it. */
export function wireAssistant(
  { graph, ...assistant }: Assistant,
  select: readonly AssistantField[] = assistantFields,
): Partial<Record<AssistantField, unknown>> {
  const whole = { ...assistant, graph_id: graph };
  return Object.fromEntries(select.map((field) => [field, whole[field]]));
}

/** A version of an assistant as LangGraph's clients know it: it never changes, so it has no `updated_at`. */
export function wireVersion({
  graph,
  ...version
}: AssistantVersion): Omit<AssistantVersion, 'graph'> & { graph_id: string } {
  return { ...version, graph_id: graph };
}
