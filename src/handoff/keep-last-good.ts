import path from 'node:path';
import type { Project } from './load-project.ts';
import { filesWithErrors } from './report-problems.ts';

/** A project with the tools and guards of files that were good before and have mistakes now. */
export function keepLastGood(read: Project, before: Project | undefined): Project {
  if (!before) return read;
  const bad = filesWithErrors(read.problems);
  const tools = [...before.tools].filter(([, { file }]) => bad.has(file));
  const guards = [...bad].some((file) => path.dirname(file) === 'guards') ? before.guards : [];
  return {
    ...read,
    tools: new Map([...tools, ...read.tools]),
    guards: new Map([...guards, ...read.guards]),
  };
}
