import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { suiteSchema } from '../eval/suites/suite-schema.ts';
import { agentSchema } from '../handoff/agent-file.ts';
import { graphSchema } from '../handoff/graph-file.ts';
import { modelsFileSchema } from '../model/models-file.ts';

/** The JSON Schemas of the formats that people edit, by file, for completion in editors. */
export function fileSchemas(): Record<string, string> {
  return {
    'agent.schema.json': toText('The front matter of an agent', agentSchema),
    'graph.schema.json': toText('A graph', graphSchema),
    'models.schema.json': toText('Prices of models, keys and stand-ins', modelsFileSchema),
    'suite.schema.json': toText('A suite of cases', suiteSchema),
  };
}

/** Writes the schemas into a folder. */
export async function writeSchemas(folder: string): Promise<void> {
  for (const [file, text] of Object.entries(fileSchemas())) await writeFile(path.join(folder, file), text);
}

function toText(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
