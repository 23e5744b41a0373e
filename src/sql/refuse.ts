import { closest, distance } from 'fastest-levenshtein';

/** Why a statement is not run. `rule` is a stable name for the kind of reason. */
export type Rule =
  | 'syntax'
  | 'length'
  | 'one-statement'
  | 'reads-only'
  | 'table'
  | 'column'
  | 'whole-row'
  | 'function'
  | 'operator'
  | 'type'
  | 'parameter'
  | 'construct'
  | 'size'
  | 'series'
  | 'pattern'
  | 'recursion';

/** Thrown inside the check and caught by `checkSql`; the message is for the model. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly rule: Rule;

  constructor(rule: Rule, reason: string) {
    super(reason);
    this.rule = rule;
  }
}

export function refuse(rule: Rule, reason: string): never {
  throw new Refusal(rule, reason);
}

/** ` Did you mean film?`, or nothing when no known name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...new Set(known)];
  if (names.length === 0) return '';
  const near = closest(name.toLowerCase(), names);
  const within = Math.max(2, Math.floor(name.length / 3));
  return distance(name.toLowerCase(), near.toLowerCase()) <= within ? ` Did you mean ${near}?` : '';
}

/** The first names of a list, for a message. */
export function someOf(names: Iterable<string>, most = 30): string {
  const all = [...new Set(names)];
  return all.length > most ? `${all.slice(0, most).join(', ')}, …` : all.join(', ');
}
