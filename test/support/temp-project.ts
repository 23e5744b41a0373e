import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './start-process.ts';

/** A project in a folder of its own, which a test edits. */
export interface TempProject {
  dir: string;
  /** Writes files, by their paths inside the project, all at once; undefined deletes one. */
  write(files: Record<string, string | undefined>): Promise<void>;
  /** Writes a file beside its place and moves it there, as editors do. */
  swap(file: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeProject(files: Record<string, string>): Promise<TempProject> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baton-project-'));
  const project: TempProject = {
    dir,
    async write(changed) {
      const saved = Object.entries(changed).map(async ([file, text]) => {
        const at = path.join(dir, file);
        if (text === undefined) return rm(at);
        await mkdir(path.dirname(at), { recursive: true });
        return writeFile(at, text);
      });
      await Promise.all(saved);
    },
    async swap(file, text) {
      const beside = path.join(dir, `${file}.tmp~`);
      await writeFile(beside, text);
      await rename(beside, path.join(dir, file));
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
  await project.write(files);
  return project;
}

export const agentText = (prompt: string, front = '') => `---\n${front}\n---\n${prompt}\n`;

/** The file of a tool without parameters whose `run` has this body, and whose `prepare` has that one. */
export function toolText(name: string, body: string, prepare = ''): string {
  const url = (file: string) => pathToFileURL(path.join(root, file)).href;
  return `
import { z } from '${import.meta.resolve('zod')}';
import { defineTool } from '${url('src/handoff/define-tool.ts')}';
export const tool = defineTool({
  name: '${name}',
  description: 'Works.',
  parameters: z.object({}),
  async run(_, { say }: { say(data: unknown): void }): Promise<string> { ${body} },
  async prepare() { ${prepare} },
});
`;
}
