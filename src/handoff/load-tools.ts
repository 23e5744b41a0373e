import { z } from 'zod';
import type { FileProblem } from '../yaml/file-problem.ts';
import type { Tool } from './define-tool.ts';
import { importShelf } from './import-shelf.ts';

const shape = z.object({
  name: z.string().regex(/^[a-zA-Z][\w-]{0,63}$/, 'a name is letters, digits, _ and -, at most 64'),
  description: z.string('expected a text: the model reads it').min(1, 'say what it does: the model reads it'),
  parameters: z.instanceof(z.ZodObject, { error: 'expected z.object({ … })' }),
  run: z.instanceof(Function, { error: 'expected a function' }),
});

/** A tool and the file that it comes from, relative to the project. */
export interface ShelvedTool {
  tool: Tool;
  file: string;
}

/** The tools of a project, by name. Each file of the shelf `tools/` exports one; what does not load is a problem. */
export async function loadTools(
  projectDir: string,
): Promise<{ tools: Map<string, ShelvedTool>; problems: FileProblem[] }> {
  const shelf = { folder: 'tools', kind: 'tool', maker: 'defineTool', shape };
  const { things, problems } = await importShelf<Tool>(projectDir, shelf);
  return {
    tools: new Map([...things].map(([name, { thing, file }]) => [name, { tool: thing, file }])),
    problems,
  };
}
