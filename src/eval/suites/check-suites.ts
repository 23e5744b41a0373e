import type { Graph } from '../../handoff/graph-file.ts';
import { loadProject, type Project } from '../../handoff/load-project.ts';
import { type FileProblem, unknownName } from '../../yaml/file-problem.ts';
import type { Expectation } from '../expectation.ts';
import type { Case, Suite } from '../suite.ts';

/** Checks suites each against the project that it asks, `projectDir` unless it names another: see `checkSuites`. */
export async function checkAgainstProjects(projectDir: string, suites: Suite[]): Promise<FileProblem[]> {
  const byProject = Map.groupBy(suites, (suite) => suite.projectDir ?? projectDir);
  const checked = [...byProject].map(async ([dir, same]) => checkSuites(same, await loadProject(dir)));
  return (await Promise.all(checked)).flat();
}

/**
 * Names that cases give and that a project does not have: graphs, agents and guards of those graphs, tools. Also paths that can only be missed:
 * one that has to be taken exactly and begins with another agent than a new conversation does. Problems are at the lines of the cases.
 */
export function checkSuites(suites: Suite[], project: Project): FileProblem[] {
  return suites.flatMap((suite) => [...checkCases(suite, project), ...checkCollections(suite, project)]);
}

function checkCases({ cases }: Suite, project: Project): FileProblem[] {
  const asked = Map.groupBy(cases, ({ graph }) => graph);
  return [...asked].flatMap(([name, same]) => {
    const graph = project.graphs.get(name);
    return graph ? same.flatMap((one) => checkCase(one, graph, project)) : noGraph(name, same, project);
  });
}

function noGraph(name: string, [first]: Case[], { graphs, broken }: Project): FileProblem[] {
  if (!first) return [];
  const isBroken = broken.has(name);
  const message = isBroken
    ? `The graph "${name}" has mistakes: see baton check.`
    : unknownName('graph', name, [...graphs.keys()]);
  return [problem(first, message)];
}

function checkCase(one: Case, graph: Graph, project: Project): FileProblem[] {
  const messages = one.turns.flatMap(({ expect }, at) => [
    ...unknown('agent in this graph', agentsOf(expect), graph.agents),
    ...unknown('tool of its agents', callsOf(expect), toolsOf(graph, project)),
    ...unknown('guard of this graph', expect.safe?.guard ? [expect.safe.guard] : [], graph.guards),
    ...misspelt('agent', expect.safe?.agents ?? [], [...project.agents.keys()]),
    ...misspelt('tool', forbiddenBy(expect), [...project.tools.keys()]),
    ...(at === 0 ? checkBeginning(one, expect, graph) : []),
  ]);
  return [...new Set(messages)].map((message) => problem(one, `${one.id}: ${message}`));
}

function agentsOf({ path, takenBy = [], calls }: Expectation): string[] {
  const callers = (calls?.calls ?? []).flatMap(({ agent }) => agent ?? []);
  return [...(path?.any ?? []).flat(), ...takenBy, ...callers];
}

const callsOf = ({ calls }: Expectation) => (calls?.calls ?? []).map(({ name }) => name);
const forbiddenBy = ({ safe }: Expectation) => (safe?.forbidden ?? []).map(({ name }) => name);

function toolsOf({ agents }: Graph, project: Project): string[] {
  return [...new Set(agents.flatMap((name) => project.agents.get(name)?.tools ?? []))];
}

function unknown(kind: string, names: string[], known: string[]): string[] {
  return names.filter((name) => !known.includes(name)).map((name) => unknownName(kind, name, known));
}

/** What is forbidden may be a name that an attack makes up; one that is nearly somebody's is a mistake, and would forbid nothing. */
function misspelt(kind: string, names: string[], known: string[]): string[] {
  return unknown(kind, names, known).filter((message) => message.includes('Did you mean'));
}

/** With a history nobody can tell from here who speaks first. */
function checkBeginning({ history }: Case, { path }: Expectation, { name, start }: Graph): string[] {
  if (path?.mode !== 'strict' || history.length > 0) return [];
  if (path.any.some(([first]) => first === start)) return [];
  return [`A conversation of "${name}" begins with "${start}": this path cannot be taken.`];
}

/** Documents in a collection that no graph of the suite searches are documents that nobody finds. */
function checkCollections({ collections, cases }: Suite, { graphs }: Project): FileProblem[] {
  const asked = [...new Set(cases.map(({ graph }) => graph))];
  const searched = asked.flatMap((name) => graphs.get(name)?.knowledge ?? []);
  const [first] = cases;
  if (!first || asked.some((name) => !graphs.has(name))) return [];
  return Object.keys(collections)
    .filter((collection) => !searched.includes(collection))
    .map((collection) => ({
      ...problem(first, `No graph that this suite asks searches the collection "${collection}".`),
      severity: 'warning',
    }));
}

function problem({ source: { file, line } }: Case, message: string): FileProblem {
  return { file, line, message, severity: 'error' };
}
