import { mayUseGraph } from '../identity/may-use-graph.ts';
import type { GraphShelf } from './graph-shelf.ts';
import { VersionError } from './pinned-versions.ts';

/**
 * The shelf as whoever asks may see it: a graph that is not theirs to use is not there, at any door. Work that nobody in particular
 * asked for sees all of it.
 */
export function shelfOfCaller(shelf: GraphShelf): GraphShelf {
  return {
    list: () => shelf.list().filter(({ name }) => mayUseGraph(name)),
    get: (name) => (mayUseGraph(name) ? shelf.get(name) : undefined),
    async open(name, version) {
      if (mayUseGraph(name)) return shelf.open(name, version);
      throw new VersionError(`The graph "${name}" is not there any more.`);
    },
    get problems() {
      return shelf.problems;
    },
    close: () => shelf.close(),
  };
}
