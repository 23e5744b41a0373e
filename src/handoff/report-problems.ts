import type { Logger } from 'pino';
import type { FileProblem } from '../yaml/file-problem.ts';

/** Logs what is wrong with the files now and was not before, and which files are good again. */
export function reportProblems(
  log: Logger,
  { before, now }: { before: FileProblem[]; now: FileProblem[] },
): void {
  const known = new Set(before.map((problem) => JSON.stringify(problem)));
  for (const problem of now) {
    if (known.has(JSON.stringify(problem))) continue;
    const { severity, file, line, message } = problem;
    log[severity === 'error' ? 'error' : 'warn']({ file, line }, message);
  }
  const bad = filesWithErrors(now);
  for (const file of filesWithErrors(before))
    if (!bad.has(file)) log.info({ file }, 'the file is good again');
}

/** Files that cannot be used as they are. */
export function filesWithErrors(problems: FileProblem[]): Set<string> {
  return new Set(problems.flatMap(({ severity, file }) => (severity === 'error' ? [file] : [])));
}
