import type { Config } from '../../config.ts';
import type { SkippedSuite, Suite } from '../../eval/suite.ts';
import { checkAgainstProjects } from '../../eval/suites/check-suites.ts';
import { readSuites } from '../../eval/suites/read-suites.ts';
import { namesWithoutCases, selectCases } from '../../eval/suites/select-cases.ts';
import { printable } from '../../printable.ts';
import type { FileProblem } from '../../yaml/file-problem.ts';
import type { EvalFlags } from './eval-flags.ts';

export interface Chosen {
  suites: Suite[];
  skipped: SkippedSuite[];
}

/** What keeps a command about evals from beginning: exit code 2. The message lists all of it. */
export class SuiteProblems extends Error {
  override name = 'SuiteProblems';
}

/**
 * Reads the named suites, or all, holds them against the projects that they ask, and picks the cases that are wanted. Throws
 * `SuiteProblems`.
 */
export async function chooseSuites(
  { projectDir }: Pick<Config, 'projectDir'>,
  names: string[],
  flags: Pick<EvalFlags, 'graph' | 'agent' | 'case' | 'tag'>,
): Promise<Chosen> {
  const { suites, skipped, problems } = await readSuites(projectDir, names.length > 0 ? names : undefined);
  refuse(problems);
  refuse(await checkAgainstProjects(projectDir, suites));
  const filter = { graphs: flags.graph, agents: flags.agent, cases: flags.case, tags: flags.tag };
  const idle = suites.length > 0 ? namesWithoutCases(suites, filter) : [];
  if (idle.length > 0) throw new SuiteProblems(idle.map(printable).join('\n'));
  const selected = selectCases(suites, filter).filter(({ cases }) => cases.length > 0);
  if (selected.length === 0 && skipped.length === 0)
    throw new SuiteProblems(
      suites.length === 0
        ? 'There is no suite in evals/: see docs/evals.md.'
        : 'No case of the suites is what was asked for.',
    );
  return { suites: selected, skipped };
}

function refuse(problems: FileProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SuiteProblems(errors.map(tellProblem).join('\n'));
}

export function tellProblem({ file, line, message }: FileProblem): string {
  return printable(`${file}:${line}: ${message}`);
}
