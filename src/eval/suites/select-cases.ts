import { didYouMean } from '../../yaml/file-problem.ts';
import type { Case, Suite } from '../suite.ts';

/** Within one list any is enough; of the lists all have to hold. An empty or absent list leaves all cases. */
export interface CaseFilter {
  graphs?: string[];
  /** Named in what is expected: in a path, as the one that takes it, or as the one that makes a call. */
  agents?: string[];
  /** Ids; `*` at the end stands for anything. */
  cases?: string[];
  tags?: string[];
}

/** The suites with those of their cases that a filter leaves; suites without any are left out. */
export function selectCases(suites: Suite[], filter: CaseFilter): Suite[] {
  return suites
    .map((suite) => ({ ...suite, cases: suite.cases.filter((one) => passes(one, filter)) }))
    .filter(({ cases }) => cases.length > 0);
}

/** What a filter names and no case of the suites has, in sentences with what may have been meant. */
export function namesWithoutCases(suites: Suite[], filter: CaseFilter): string[] {
  const cases = suites.flatMap((suite) => suite.cases);
  return kinds.flatMap(({ key, noun, of, fits }) => {
    const known = [...new Set(cases.flatMap(of))];
    const wrong = (filter[key] ?? []).filter((wanted) => !known.some((name) => fits(name, wanted)));
    return wrong.map((wanted) => `No case has the ${noun} "${wanted}".${didYouMean(wanted, known)}`);
  });
}

function passes(one: Case, filter: CaseFilter): boolean {
  return kinds.every(({ key, of, fits }) => {
    const wanted = filter[key] ?? [];
    return wanted.length === 0 || of(one).some((name) => wanted.some((pattern) => fits(name, pattern)));
  });
}

interface Kind {
  key: keyof CaseFilter;
  noun: string;
  of(one: Case): string[];
  fits(name: string, wanted: string): boolean;
}

const same = (name: string, wanted: string) => name === wanted;

const kinds: Kind[] = [
  { key: 'graphs', noun: 'graph', of: ({ graph }) => [graph], fits: same },
  { key: 'agents', noun: 'agent', of: agentsOf, fits: same },
  { key: 'cases', noun: 'id', of: ({ id }) => [id], fits: fitsPattern },
  { key: 'tags', noun: 'tag', of: ({ tags }) => tags, fits: same },
];

function agentsOf({ turns }: Case): string[] {
  return turns.flatMap(({ expect: { path, takenBy = [], calls } }) => [
    ...(path?.any ?? []).flat(),
    ...takenBy,
    ...(calls?.calls ?? []).flatMap(({ agent }) => agent ?? []),
  ]);
}

function fitsPattern(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
