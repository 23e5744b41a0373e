import { z } from 'zod';
import type { FileProblem } from '../yaml/file-problem.ts';
import type { Guard } from './define-guard.ts';
import { importShelf } from './import-shelf.ts';

const shape = z.object({
  name: z.string().regex(/^[a-z][\w-]*$/),
  description: z.string().min(1),
  places: z.array(z.enum(['input', 'brief', 'result', 'answer'])).min(1),
  check: z.instanceof(Function),
});

/** The guards of a project, by name: the shelf `guards/`, which may be absent. */
export async function loadGuards(
  projectDir: string,
): Promise<{ guards: Map<string, Guard>; problems: FileProblem[] }> {
  const shelf = { folder: 'guards', kind: 'guard', maker: 'defineGuard', shape };
  const { things, problems } = await importShelf<Guard>(projectDir, shelf);
  return { guards: new Map([...things].map(([name, { thing }]) => [name, thing])), problems };
}
