import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { pairedBootstrap } from '../statistics/paired-bootstrap.ts';

export interface Simulation {
  cases: number;
  repeats: number;
  /** The share of cases that passed always and fail always now. */
  loss: number;
  /** The share of cases that come out differently at one repeat when nothing has changed: half of twice as many, which pass half the time. */
  churn: number;
  level: number;
  seed: number;
  /** How many comparisons are made up. */
  comparisons?: number;
  /** Of each: enough to tell chances at the level apart, up to as many as a comparison makes. */
  resamples?: number;
}

/**
 * The share of made-up comparisons of two runs, with several repeats, in which the paired bootstrap reports the loss: its interval of 95 % excludes
 * 0 and its chance is below the level. The same seed gives the same share.
 */
export function simulatePower({ comparisons = 200, ...simulation }: Simulation): number {
  const random = xoroshiro128plus(simulation.seed);
  const { cases, repeats, loss, churn, level } = simulation;
  const { resamples = Math.min(10_000, Math.ceil(20 / level)) } = simulation;
  let seen = 0;
  for (let at = 0; at < comparisons; at += 1) {
    const differences = Array.from({ length: cases }, () => differenceOf(random, { repeats, loss, churn }));
    const seed = uniformInt(random, 1, 2 ** 31 - 1);
    const { high, chance } = pairedBootstrap(differences, { seed, resamples });
    if (high < 0 && chance < level) seen += 1;
  }
  return seen / comparisons;
}

type Random = ReturnType<typeof xoroshiro128plus>;

function differenceOf(
  random: Random,
  { repeats, loss, churn }: Pick<Simulation, 'repeats' | 'loss' | 'churn'>,
): number {
  const place = uniformFloat64(random);
  if (place < loss) return -1;
  if (place >= loss + 2 * churn) return 0;
  let sum = 0;
  for (let at = 0; at < repeats; at += 1) sum += uniformInt(random, 0, 1) - uniformInt(random, 0, 1);
  return sum / repeats;
}
