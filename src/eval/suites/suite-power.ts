import { normalQuantile } from '../statistics/normal-quantile.ts';
import { powerOf } from '../statistics/power.ts';
import { leastCount } from './least-count.ts';
import { simulatePower } from './simulate-power.ts';

/** Which comparison is asked about. */
export interface PowerOptions {
  /** How often each case is asked on each side. */
  repeats?: number;
  /** The share of cases that come out differently at one repeat when nothing has changed, half of them each way; at most 0.5. */
  churn?: number;
  /** The chance below which a difference is reported. */
  level?: number;
  /** How often a loss is to be seen. */
  power?: number;
  seed?: number;
}

/** What a comparison of two runs of a suite can see. Losses are shares of cases that pass before and fail after, from 0 to 1. */
export interface SuitePower {
  cases: number;
  repeats: number;
  churn: number;
  level: number;
  power: number;
  /** Null where no loss would be seen often enough. */
  leastVisibleLoss: number | null;
  /** About how many cases it takes to see a loss; null: more than 20,000. */
  needed: { loss: number; cases: number | null }[];
}

const asked = [0.02, 0.05, 0.1];
const mostCases = 20_000;

/**
 * What a suite of so many cases can see. At one repeat by the power of McNemar's exact test; with more, the least loss by simulation of the
 * comparison that is made then, and the sizes by the normal approximation of its sign flip test. Repeats help against churn alone: without it,
 * every repeat of a case says the same. Throws a `RangeError` for numbers that cannot be.
 */
export function suitePower(cases: number, options: PowerOptions = {}): SuitePower {
  const { repeats = 1, churn = 0, level = 0.05, power = 0.8, seed = 1 } = options;
  check(cases, repeats, churn);
  const question = { repeats, churn, level, power, seed };
  return {
    cases,
    repeats,
    churn,
    level,
    power,
    leastVisibleLoss: repeats === 1 ? leastLoss(cases, question) : leastSimulated(cases, question),
    needed: asked.map((loss) => ({ loss, cases: casesFor(loss, question) })),
  };
}

type Question = Required<PowerOptions>;

function check(cases: number, repeats: number, churn: number): void {
  const isCount = Number.isInteger(cases) && cases >= 0 && Number.isInteger(repeats) && repeats >= 1;
  if (!isCount || !(churn >= 0 && churn <= 0.5))
    throw new RangeError(`${cases} cases, ${repeats} repeats and a churn of ${churn} cannot be.`);
}

/** At one repeat. */
function seen(cases: number, loss: number, { churn, level }: Question): number {
  return powerOf({ cases, lost: loss + churn / 2, won: churn / 2, level });
}

function leastLoss(cases: number, question: Question): number | null {
  const most = Math.floor(cases * (1 - question.churn));
  const lost = leastCount(1, most, (count) => seen(cases, count / cases, question) >= question.power);
  return lost === null ? null : lost / cases;
}

/** From what the normal approximation says down and up: a simulation takes about a second. */
function leastSimulated(cases: number, question: Question): number | null {
  const most = Math.floor(cases * (1 - 2 * question.churn));
  const isSeen = (count: number) =>
    simulatePower({ ...question, cases, loss: count / cases }) >= question.power;
  const guess =
    leastCount(1, most, (count) => (sizeFor(count / cases, question) ?? Infinity) <= cases) ?? most;
  let count = guess;
  while (count > 1 && isSeen(count - 1)) count -= 1;
  while (count <= most && !isSeen(count)) count += 1;
  return count > most ? null : count / cases;
}

function casesFor(loss: number, question: Question): number | null {
  if (question.repeats > 1) {
    const size = sizeFor(loss, question);
    return size !== null && size <= mostCases ? size : null;
  }
  if (loss + question.churn > 1) return null;
  return leastCount(1, mostCases, (cases) => seen(cases, loss, question) >= question.power);
}

/**
 * How many cases the sign flip test of the mean difference takes, by the normal approximation: a case differs by 1 where it is lost, and where it
 * comes out as it likes by the means of so many throws of a coin, whose difference has the variance 1 / (2 × repeats).
 */
function sizeFor(loss: number, { churn, repeats, level, power }: Question): number | null {
  const square = loss + churn / repeats;
  const spread = square - loss ** 2;
  if (spread < 0 || loss <= 0) return null;
  return Math.ceil(
    ((normalQuantile(1 - level / 2) * Math.sqrt(square) + normalQuantile(power) * Math.sqrt(spread)) /
      loss) **
      2,
  );
}
