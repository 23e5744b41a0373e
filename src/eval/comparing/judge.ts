import type { Comparison } from '../comparison.ts';
import type { SuiteRun } from '../suite-run.ts';

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
  const { changed, added, removed, same } = seen.cases;
  const attempts = after.cases.reduce((sum, { attempts: made }) => sum + made.length, 0);
  const closed = after.cases.filter(
    ({ gate, attempts: made }) => gate && made.some(({ outcome }) => outcome === 'errored'),
  );
  return [
    ...(after.interrupted || before.interrupted ? ['A run was interrupted.'] : []),
    ...(seen.after.stale > 0
      ? [`${count(seen.after.stale, 'attempt')} found no recorded reply: record them anew.`]
      : []),
    ...(attempts > 0 && seen.after.errored / attempts > mostErrored
      ? [`${seen.after.errored} of ${count(attempts, 'attempt')} came to nothing by no fault of the cases.`]
      : []),
    ...(closed.length > 0 ? [`${count(closed.length, 'gate')} could not be tried: ${list(closed)}.`] : []),
    ...(changed.length > 0
      ? [
          `${count(changed.length, 'case')} ${changed.length === 1 ? 'asks or expects' : 'ask or expect'} something else than before: ${names(changed)}.`,
        ]
      : []),
    ...(added.length > 0 ? [`${count(added.length, 'case')} new: ${names(added)}.`] : []),
    ...(removed.length > 0 ? [`${count(removed.length, 'case')} gone: ${names(removed)}.`] : []),
    ...(same === 0 ? ['The runs have no case in common.'] : []),
    ...(!otherModels && JSON.stringify(before.models) !== JSON.stringify(after.models)
      ? [`Other models played: ${tellModels(before)} before, ${tellModels(after)} now.`]
      : []),
  ];
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
