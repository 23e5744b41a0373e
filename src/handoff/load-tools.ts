import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { errorMessage } from '../errors.ts';
import type { Tool } from './define-tool.ts';
import type { FileProblem } from './file-problem.ts';

const shape = z.object({
  name: z.string().regex(/^[a-zA-Z][\w-]{0,63}$/, 'a name is letters, digits, _ and -, at most 64'),
  description: z.string().min(1),
  parameters: z.instanceof(z.ZodObject),
  run: z.instanceof(Function),
});

/** A tool and the file that it comes from, relative to the project. */
export interface ShelvedTool {
  tool: Tool;
  file: string;
}

/** Imports every file of the shelf `tools/`. Each exports one tool; what does not load is a problem. */
export async function loadTools(
  projectDir: string,
): Promise<{ tools: Map<string, ShelvedTool>; problems: FileProblem[] }> {
  const tools = new Map<string, ShelvedTool>();
  const problems: FileProblem[] = [];
  const names = await readdir(path.join(projectDir, 'tools')).catch(() => []);
  for (const name of names.filter((entry) => /\.(ts|js|mjs)$/.test(entry)).sort()) {
    const file = path.join('tools', name);
    const loaded = await loadTool(projectDir, file);
    if (typeof loaded === 'string') problems.push({ file, line: 1, message: loaded, severity: 'error' });
    else if (tools.has(loaded.name))
      problems.push(duplicate(file, loaded.name, tools.get(loaded.name)?.file));
    else tools.set(loaded.name, { tool: loaded, file });
  }
  return { tools, problems };
}

async function loadTool(projectDir: string, file: string): Promise<Tool | string> {
  try {
    const exported = Object.values(await import(pathToFileURL(path.join(projectDir, file)).href));
    const found = exported.filter((value) => shape.safeParse(value).success);
    if (found.length !== 1)
      return `A tool's file exports one tool, made by defineTool; this one exports ${found.length}.`;
    return found[0] as Tool; // the shape was checked
  } catch (error) {
    return `It cannot be imported: ${errorMessage(error)}`;
  }
}

function duplicate(file: string, name: string, first: string | undefined): FileProblem {
  return { file, line: 1, message: `A tool named "${name}" is already in ${first}.`, severity: 'error' };
}
