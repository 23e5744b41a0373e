import type { Comparison } from '../comparison.ts';
import { passShare, type SuiteRun } from '../suite-run.ts';

/** Of the attempts, so many may come to nothing by no fault of the cases before nothing can be said. */
const mostErrored = 0.1;

type Facts = Omit<Comparison, 'verdict' | 'reasons'>;
type Runs = Record<'before' | 'after', SuiteRun>;

/** What is to be thought of two runs: what is worse for certain outweighs what cannot be known. */
export function judge(
  seen: Facts,
  runs: Runs,
  options: { otherModels?: boolean } = {},
): Pick<Comparison, 'verdict' | 'reasons'> {
  const worse = whatIsWorse(seen, runs);
  const unclear = whatIsUnclear(seen, runs, options);
  if (worse.length > 0) return { verdict: 'regression', reasons: [...worse, ...unclear] };
  if (unclear.length > 0) return { verdict: 'inconclusive', reasons: unclear };
  return { verdict: 'pass', reasons: [] };
}

function whatIsWorse({ gates, lost, passing }: Facts, { before, after }: Runs): string[] {
  const certain = before.deterministic && after.deterministic && lost.length > 0;
  return [
    ...(gates.length > 0 ? [`${count(gates.length, 'gate')} closed: ${list(gates)}.`] : []),
    ...(certain
      ? [
          `${count(lost.length, 'case')} passed before and fail${lost.length === 1 ? 's' : ''} now: ${list(lost)}.`,
        ]
      : []),
    ...(passing?.worse ? [tellLoss(passing)] : []),
  ];
}

function tellLoss({ before, after, difference, adjusted }: NonNullable<Facts['passing']>): string {
  const interval = `${points(difference.low)} to ${points(difference.high)}`;
  return `${share(after)} of the cases pass instead of ${share(before)}: ${points(difference.mean)} points (95 %: ${interval}; p = ${adjusted.toPrecision(2)}).`;
}

function whatIsUnclear(
  seen: Facts,
  { before, after }: Runs,
  { otherModels = false }: { otherModels?: boolean },
): string[] {
  return [
    ...(after.interrupted || before.interrupted ? ['A run was interrupted.'] : []),
    ...whatCameToNothing(seen.after, after, 'now'),
    ...whatCameToNothing(seen.before, before, 'before'),
    ...whatWasNotTried({ before, after }),
    ...whatIsOther(seen.cases),
    ...(otherModels ? [] : whoIsOther(before, after)),
    ...(isTooFew(seen, after) && seen.passing
      ? [`${tellLoss(seen.passing)} The cases are too few to call it a regression.`]
      : []),
  ];
}

function whatCameToNothing(
  { stale, errored }: Facts['after'],
  { cases }: SuiteRun,
  when: 'before' | 'now',
): string[] {
  const attempts = cases.reduce((sum, { attempts: made }) => sum + made.length, 0);
  const which = when === 'now' ? '' : ' before';
  return [
    ...(stale > 0 ? [`${count(stale, 'attempt')}${which} found no recorded reply: record them anew.`] : []),
    ...(attempts > 0 && errored / attempts > mostErrored
      ? [`${errored} of ${count(attempts, 'attempt')}${which} came to nothing by no fault of the cases.`]
      : []),
  ];
}

/** A gate, and where every run is the same each case, has to be tried. */
function whatWasNotTried({ before, after }: Runs): string[] {
  const scoredBefore = new Set(
    before.cases.filter((one) => passShare(one) !== undefined).map(({ id }) => id),
  );
  const gates = after.cases.filter(
    ({ gate, attempts }) => gate && attempts.some(({ outcome }) => outcome === 'errored'),
  );
  const untried = after.cases.filter(
    (one) =>
      after.deterministic && !gates.includes(one) && scoredBefore.has(one.id) && passShare(one) === undefined,
  );
  return [
    ...(gates.length > 0 ? [`${count(gates.length, 'gate')} could not be tried: ${list(gates)}.`] : []),
    ...(untried.length > 0 ? [`${count(untried.length, 'case')} could not be tried: ${list(untried)}.`] : []),
  ];
}

function whatIsOther({ changed, added, removed, same }: Facts['cases']): string[] {
  return [
    ...(changed.length > 0
      ? [
          `${count(changed.length, 'case')} ${changed.length === 1 ? 'asks or expects' : 'ask or expect'} something else than before: ${names(changed)}.`,
        ]
      : []),
    ...(added.length > 0 ? [`${count(added.length, 'case')} new: ${names(added)}.`] : []),
    ...(removed.length > 0 ? [`${count(removed.length, 'case')} gone: ${names(removed)}.`] : []),
    ...(same === 0 ? ['The runs have no case in common.'] : []),
  ];
}

function whoIsOther(before: SuiteRun, after: SuiteRun): string[] {
  return [
    ...(before.graph === after.graph
      ? []
      : [`Another graph was asked: ${before.graph} before, ${after.graph} now.`]),
    ...(JSON.stringify(before.models) === JSON.stringify(after.models)
      ? []
      : [`Other models played: ${tellModels(before)} before, ${tellModels(after)} now.`]),
  ];
}

/** A loss that is large enough and whose interval excludes 0, which the test cannot tell from chance. */
function isTooFew({ passing }: Facts, { leastEffect }: SuiteRun): boolean {
  return (
    passing !== null &&
    !passing.worse &&
    passing.difference.high < 0 &&
    -passing.difference.mean >= leastEffect
  );
}

const tellModels = ({ models }: SuiteRun) =>
  Object.entries(models)
    .map(([role, model]) => `${role} ${model}`)
    .join(', ');
const share = (value: number) => `${(value * 100).toFixed(1)} %`;
const points = (value: number) => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
const list = (cases: readonly { id: string }[]) => names(cases.map(({ id }) => id));

/** At most five of them. */
function names(ids: readonly string[]): string {
  const rest = ids.length - 5;
  return ids.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
