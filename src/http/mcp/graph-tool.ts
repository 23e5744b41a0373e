import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { citationSchema } from '../openai/completion-schema.ts';

/** What a graph is asked through MCP. */
export const graphInputSchema = z.strictObject({
  message: z.string().trim().min(1, 'say something').describe('What to ask or to ask for.'),
  thread_id: z
    .guid('expected a UUID')
    .toLowerCase()
    .optional()
    .describe('A UUID. Goes on with the conversation of an earlier answer, or begins one under this id.'),
});

/** What comes back beside the text. */
export const graphOutputSchema = z.object({
  status: z.enum(['completed', 'waiting']).describe('`waiting`: a person has to decide before it goes on.'),
  answer: z.string(),
  thread_id: z.string().describe('Give it with the next message to go on.'),
  run_id: z.string(),
  path: z.array(z.string()).describe('The agents that spoke, in order.'),
  evidence: z
    .array(
      z.object({
        agent: z.string(),
        tool: z.string(),
        call_id: z.string(),
        args: z.record(z.string(), z.unknown()),
        result: z.string(),
      }),
    )
    .describe('The calls that the answer rests on.'),
  citations: z
    .array(citationSchema)
    .optional()
    .describe('What the answer cites, where it was held against documents.'),
  declined: z.boolean().optional().describe('The answer says that the documents do not tell.'),
  interrupts: z
    .array(z.object({ id: z.string(), value: z.unknown() }))
    .optional()
    .describe('What it waits for.'),
});

export type GraphOutput = z.output<typeof graphOutputSchema>;

/** A graph as a tool. */
export function graphTool({ name, graph }: LoadedGraph): Tool {
  return {
    name,
    description: graph.description || `Asks the agents of the graph ${name}.`,
    inputSchema: toSchema(graphInputSchema) as Tool['inputSchema'], // of an object
    outputSchema: toSchema(graphOutputSchema) as NonNullable<Tool['outputSchema']>, // of an object
  };
}

function toSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
