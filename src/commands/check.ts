import { drawMermaid } from '../handoff/draw-graph.ts';
import { loadProject } from '../handoff/load-project.ts';
import { findModelsProblems } from '../model/models-file.ts';
import { formatProblem } from '../yaml/file-problem.ts';

/** Checks a project's files, prints every mistake and the drawing of each graph. Returns whether there was no error. */
export async function check(projectDir: string, output: NodeJS.WritableStream): Promise<boolean> {
  const { graphs, agents, tools, problems: found } = await loadProject(projectDir);
  const problems = [...found, ...(await findModelsProblems(projectDir))];
  for (const graph of graphs.values()) output.write(`\n${graph.name}\n\n${drawMermaid(graph)}\n`);
  for (const problem of problems) output.write(`${formatProblem(problem)}\n`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  output.write(
    `${count(graphs.size, 'graph')}, ${count(agents.size, 'agent')}, ${count(tools.size, 'tool')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}\n`,
  );
  return errors === 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
