import type { Graph } from './graph-file.ts';

/** The graph as a Mermaid flowchart: agents as boxes, handoffs as arrows that say why. */
export function drawMermaid({ start, agents, edges, limits }: Graph): string {
  const ids = new Map(agents.map((agent, at) => [agent, `a${at}`]));
  const arrows = edges.map(({ from, to, when, return: back }) => {
    const line = back === 'stay' ? '-->' : '<-->';
    return `  ${ids.get(from)} ${line}|"${quote(when)}"| ${ids.get(to)}`;
  });
  return [
    'flowchart LR',
    '  user((user))',
    ...agents.map((agent) => `  ${ids.get(agent)}["${quote(agent)}"]`),
    `  user --> ${ids.get(start)}`,
    ...arrows,
    ...(limits.onLimit ? [`  limit{{limit spent}} -.-> ${ids.get(limits.onLimit)}`] : []),
    '',
  ].join('\n');
}

/** Mermaid reads a label between double quotes; entities stand for what would end it. */
function quote(text: string): string {
  return text.replaceAll('"', '#quot;').replace(/\s+/g, ' ');
}

/** The graph as LangGraph's clients draw it. */
export function drawableGraph({ start, agents, edges }: Graph): {
  nodes: { id: string; type: 'runnable' | 'schema'; data: string | { id: string[]; name: string } }[];
  edges: { source: string; target: string; data?: string; conditional?: boolean }[];
} {
  const node = (name: string) => ({
    id: name,
    type: 'runnable' as const,
    data: { id: ['baton', 'agent', name], name },
  });
  const end = (name: string) => ({ id: name, type: 'schema' as const, data: name });
  return {
    nodes: [end('__start__'), ...agents.map(node), end('__end__')],
    edges: [
      { source: '__start__', target: start },
      ...edges.map(({ from, to, when }) => ({ source: from, target: to, data: when, conditional: true })),
      ...agents.map((agent) => ({ source: agent, target: '__end__', conditional: true })),
    ],
  };
}
