import type { FileProblem } from '../yaml/file-problem.ts';
import type { Known } from './check-graph.ts';
import type { Graph } from './graph-file.ts';
import { emptyState } from './state.ts';
import { transferName } from './transfer-tool.ts';

/** What a graph says that leads nowhere, or in a circle, or means two things at once. */
export function checkWaysOut(graph: Graph, known: Known): FileProblem[] {
  return [
    ...checkDeadEnds(graph),
    ...checkCircles(graph),
    ...checkDepth(graph),
    ...checkApprovals(graph, known),
    ...checkClashes(graph, known),
    ...checkBriefs(graph),
    ...checkKnowledge(graph, known),
  ];
}

/** Where the answering agent keeps the conversation, one that hands over to nobody keeps it for good. */
function checkDeadEnds({ nextTurn, start, agents, edges, source }: Graph): FileProblem[] {
  if (nextTurn !== 'sticky') return [];
  const ends = agents.filter(
    (agent) =>
      agent !== start &&
      edges.some(({ to, return: back }) => to === agent && back === 'stay') &&
      !edges.some(({ from }) => from === agent),
  );
  return ends.map((agent) =>
    source.problem(
      ['agents', agents.indexOf(agent)],
      `With nextTurn: sticky, a conversation that comes to "${agent}" stays there: it hands over to nobody.`,
      'warning',
    ),
  );
}

function checkCircles({ edges, source }: Graph): FileProblem[] {
  const back = edges.filter(({ from, to }) =>
    edges.some((there) => there.from === to && there.to === from && there.return === 'caller'),
  );
  return back.map(({ from, to }) =>
    source.problem(
      ['handoffs', from, to],
      `"${from}" returns to "${to}" when it is done (return: caller): a handoff back begins the work anew, in a circle.`,
      'warning',
    ),
  );
}

/** Agents that are further from the start than one turn may go. */
function checkDepth({ nextTurn, start, edges, limits, agents, source }: Graph): FileProblem[] {
  if (nextTurn !== 'start') return [];
  const depths = new Map([[start, 0]]);
  for (const [agent, depth] of depths)
    for (const { from, to } of edges) if (from === agent && !depths.has(to)) depths.set(to, depth + 1);
  const far = agents.filter(
    (agent) => agent !== limits.onLimit && (depths.get(agent) ?? 0) > limits.handoffs,
  );
  return far.map((agent) =>
    source.problem(
      ['limits', 'handoffs'],
      `No turn comes to "${agent}": it is ${depths.get(agent)} handoffs from "${start}", and a turn has ${limits.handoffs}.`,
      'warning',
    ),
  );
}

/** A tool that exists and that no agent of the graph has waits for nobody. */
function checkApprovals({ approve, agents: names, source }: Graph, { agents, tools }: Known): FileProblem[] {
  const used = new Set(names.flatMap((name) => agents.get(name)?.tools ?? []));
  return approve.flatMap((tool, at) =>
    !tools.has(tool) || used.has(tool)
      ? []
      : [source.problem(['approve', at], `No agent of this graph has the tool "${tool}".`, 'warning')],
  );
}

function checkClashes({ agents: names, edges, source }: Graph, { agents }: Known): FileProblem[] {
  const channels = emptyState('');
  const taken = names.filter((name) => name in channels);
  const doubled = edges.filter(({ from, to }) => agents.get(from)?.tools.includes(transferName(to)));
  return [
    ...taken.map((name) =>
      source.problem(
        ['agents', names.indexOf(name)],
        `"${name}" is a name of the machine's own: rename the agent.`,
      ),
    ),
    ...doubled.map(({ from, to }) =>
      source.problem(
        ['handoffs', from, to],
        `"${from}" has a tool "${transferName(to)}", which is the name of this handoff: rename the tool.`,
      ),
    ),
  ];
}

/** A field with and without the mark of an optional one is the same field. */
function checkBriefs({ edges, source }: Graph): FileProblem[] {
  const { handoffs } = source.data as { handoffs?: Record<string, Record<string, { brief?: object }>> }; // passed the schema
  return edges.flatMap(({ from, to }) => {
    const fields = Object.keys(handoffs?.[from]?.[to]?.brief ?? {});
    return fields
      .filter((field) => fields.includes(`${field}?`))
      .map((field) =>
        source.problem(
          ['handoffs', from, to, 'brief', `${field}?`],
          `"${field}" stands in this brief twice: as a field that must be there, and as one that may be absent.`,
        ),
      );
  });
}

/** Agents that search documents need to know which; what a graph says of documents needs somebody who searches them. */
function checkKnowledge(graph: Graph, { agents, tools }: Known): FileProblem[] {
  const { knowledge, citations, source } = graph;
  const searches = graph.agents.flatMap((name) => {
    const tool = agents.get(name)?.tools.find((one) => tools.get(one)?.tool.findsPassages);
    return tool === undefined ? [] : [{ name, tool }];
  });
  if (searches.length === 0) {
    const idle = [...(knowledge.length > 0 ? ['knowledge'] : []), ...(citations ? ['citations'] : [])];
    return idle.map((field) =>
      source.problem(
        [field],
        `No agent of this graph searches documents, so \`${field}\` changes nothing: give one the tool search_knowledge.`,
        'warning',
      ),
    );
  }
  if (knowledge.length > 0) return [];
  return searches.map(({ name, tool }) =>
    source.problem(
      ['agents', graph.agents.indexOf(name)],
      `"${name}" has the tool "${tool}", and the graph does not say which collections it looks in: add \`knowledge: [<collection>]\`.`,
    ),
  );
}
