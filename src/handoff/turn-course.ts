import type { Edge } from './graph-file.ts';

/** What the machine did to keep a turn going where a model did not. */
export const repairs = ['loop', 'limit', 'promise', 'empty', 'brief', 'citation'] as const;
export type Repair = (typeof repairs)[number];

/** How the turn has gone, to see loops and to remember what was tried. Begins anew with each turn. */
export interface TurnCourse {
  /** How often each edge was used. */
  used: Record<string, number>;
  /** Every handoff, with its brief and how far the work was: the same again is a loop. */
  seen: string[];
  /** Edges that are closed until the next turn, and why. */
  closed: Record<string, string>;
  /** How often a brief was refused, by edge. */
  refused: Record<string, number>;
  repairs: Record<Repair, number>;
  /** What the agent that speaks next is told about its last reply. */
  nudge: string | null;
  /** The state of the tenant's knowledge when the turn began, of a turn whose answer may be kept. */
  knowledge?: number;
}

export const noCourse: TurnCourse = {
  used: {},
  seen: [],
  closed: {},
  refused: {},
  repairs: { loop: 0, limit: 0, promise: 0, empty: 0, brief: 0, citation: 0 },
  nudge: null,
};

/** The name of an edge, in a course's records. */
export function edgeName({ from, to }: Pick<Edge, 'from' | 'to'>): string {
  return `${from} → ${to}`;
}

/** How often a repair was made; a turn that began under an earlier release does not know of all of them. */
export function timesRepaired({ repairs }: TurnCourse, repair: Repair): number {
  return repairs[repair] ?? 0;
}

export function countRepair(course: TurnCourse, repair: Repair): TurnCourse {
  return { ...course, repairs: { ...course.repairs, [repair]: timesRepaired(course, repair) + 1 } };
}

/** The course with an edge closed until the next turn; the first reason stands. */
export function closeEdge(course: TurnCourse, edge: Edge, why: string): TurnCourse {
  return { ...course, closed: { [edgeName(edge)]: why, ...course.closed } };
}

/** What a model is told of the edges that are closed to it. */
export function closedNotes(edges: Edge[], { closed }: TurnCourse): string[] {
  const lines = edges.flatMap((edge) => {
    const why = closed[edgeName(edge)];
    return why === undefined ? [] : [`- ${edge.to}: ${why}`];
  });
  if (lines.length === 0) return [];
  return [
    `# Closed\n\nYou cannot hand over to these any more in this turn:\n\n${lines.join('\n')}\n\nGo on without them.`,
  ];
}
