/** One line of the result. Values are in `unit`; a service that has none is absent. */
export interface Figure {
  what: string;
  unit: string;
  better: 'more' | 'less';
  baton: number;
  reference?: number;
  /** What Baton has to reach: at least this much of what is to be more, at most of what is to be less. */
  target?: number;
  /** How many times better than the reference Baton has to be. */
  ratioTarget?: number;
  /** It says more of a figure beside it, and its ratio says nothing more. */
  aside?: true;
  /** How many digits behind the point are worth printing; 1 unless said. */
  digits?: number;
}

/** How many times better than the reference Baton is: above 1 is better, whatever is better. Undefined where there is none to tell. */
export function ratioOf({ better, baton, reference, aside }: Figure): number | undefined {
  if (reference === undefined || aside) return undefined;
  return better === 'more' ? baton / reference : reference / baton;
}

/** Whether the target is reached; undefined where there is none. */
export function isMet({ better, baton, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return better === 'more' ? baton >= target : baton <= target;
}
