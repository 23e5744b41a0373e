import { cohenKappa } from '../statistics/cohen-kappa.ts';
import { type Interval, wilson } from '../statistics/wilson.ts';

/** An answer that both a person and a judge have looked at. */
export interface Labelled {
  /** Whether the person found it good, such as by a thumb up. */
  good: boolean;
  /** What the judge gave it, from 0 to 1. */
  score: number;
}

/** How far a judge can stand in for people. */
export interface JudgeAgreement {
  count: number;
  /** Of the answers of which both think the same; the interval of 95 % is Wilson's. */
  share: (Interval & { value: number }) | null;
  /** See `cohenKappa`. */
  kappa: number | null;
  /** What the judge lets pass and people do not, and the other way round. */
  tooKind: number;
  tooStrict: number;
}

/** Compares a judge, who lets pass what has at least `atLeast`, with people who looked at the same answers. */
export function judgeAgreement(labelled: readonly Labelled[], atLeast: number): JudgeAgreement {
  const count = labelled.length;
  const pairs = labelled.map(({ good, score }) => [name(good), name(score >= atLeast)] as const);
  const agreed = pairs.filter(([person, judge]) => person === judge).length;
  return {
    count,
    share: count > 0 ? { value: agreed / count, ...wilson(agreed, count) } : null,
    kappa: cohenKappa(pairs),
    tooKind: pairs.filter(([person, judge]) => person === 'bad' && judge === 'good').length,
    tooStrict: pairs.filter(([person, judge]) => person === 'good' && judge === 'bad').length,
  };
}

function name(good: boolean): 'good' | 'bad' {
  return good ? 'good' : 'bad';
}
