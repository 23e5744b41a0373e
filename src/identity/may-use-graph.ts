import { type Caller, currentCaller, type Role } from '../tenancy.ts';
import { reaches } from './covers.ts';

/** Whether who asks may use a graph. What nobody in particular asked for may use all. */
export function mayUseGraph(name: string): boolean {
  return currentCaller()?.graphs?.includes(name) ?? true;
}

/**
 * Holds a caller to the graphs that are for their role: see `access` in a graph's file. Where every graph is for everybody, a caller
 * who is held to none stays so.
 */
export function heldToGraphs(
  caller: Caller,
  graphs: readonly { name: string; graph: { access?: { role: Role } } }[],
): Caller {
  const isOpen = ({ graph }: (typeof graphs)[number]) =>
    !graph.access || reaches(caller.role, graph.access.role);
  if (graphs.every(isOpen)) return caller;
  const open = graphs.filter(isOpen).map(({ name }) => name);
  return { ...caller, graphs: open.filter((name) => caller.graphs?.includes(name) ?? true) };
}
