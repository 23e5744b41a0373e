/** A CPU profile as V8 writes it: times in microseconds. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** Where in the house, or in which package, code stands. Functions of Node and V8 count for whoever called them. */
const places: [RegExp, string][] = [
  [/modules\/(?:esm|cjs)|run_main/, 'starting'],
  [/@langchain\/langgraph/, 'LangGraph'],
  [/@langchain\/core|langsmith/, 'LangChain core'],
  [/\/(?:pg|pg-protocol|pg-pool|kysely)\/|src\/db\//, 'database driver, Kysely'],
  [/undici|src\/(?:outbound|model)\//, 'asking models'],
  [/src\/http\/|\/hono\/|@hono\/|_http_/, 'HTTP and streams out'],
  [/src\/checkpoint\//, 'states'],
  [/src\/turn\//, 'turns and their journal'],
  [/src\/handoff\/|\/(?:tools|guards)\//, 'agents, tools, guards'],
  [/src\/sql\/|libpg|src\/films\//, 'SQL and search'],
  [/src\/(?:usage|limits|audit|identity)\//, 'ledger, limits, audit'],
  [/pino|sonic-boom|src\/(?:log|redact)/, 'log'],
  [/prom-client|src\/metrics/, 'metrics'],
];

/** The share of each place in the time that was sampled, the largest first; idle time is left out. */
export function sumProfile({ nodes, samples, timeDeltas }: CpuProfile): { place: string; share: number }[] {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sums = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const place = placeOf(id);
    if (place) sums.set(place, (sums.get(place) ?? 0) + (timeDeltas[at] ?? 0));
  }
  const whole = [...sums.values()].reduce((sum, one) => sum + one, 0);
  return [...sums].map(([place, sum]) => ({ place, share: sum / whole })).sort((a, b) => b.share - a.share);

  function placeOf(id: number): string | undefined {
    const { functionName } = byId.get(id)?.callFrame ?? { functionName: '(idle)' };
    if (functionName === '(idle)' || functionName === '(program)') return undefined;
    if (functionName === '(garbage collector)') return 'garbage collection';
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = byId.get(at)?.callFrame.url ?? '';
      const found = places.find(([pattern]) => pattern.test(url));
      if (found) return found[1];
    }
    return 'Node itself';
  }
}
