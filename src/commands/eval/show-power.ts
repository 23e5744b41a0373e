import type { Config } from '../../config.ts';
import { type SuitePower, suitePower } from '../../eval/suites/suite-power.ts';
import { chooseSuites } from './choose-suites.ts';
import type { EvalFlags } from './eval-flags.ts';
import type { EvalStreams } from './eval-streams.ts';

interface ShowPower extends Pick<EvalStreams, 'output'> {
  config: Config;
  /** The share of cases that come out differently when nothing was changed. */
  churn: number;
  flags: Pick<EvalFlags, 'graph' | 'agent' | 'case' | 'tag' | 'repeat'>;
}

/** `baton eval power`: prints how large a loss each suite can see, and how many cases it takes to see others. */
export async function showPower(
  names: string[],
  { config, churn, flags, output }: ShowPower,
): Promise<number> {
  const { suites, skipped } = await chooseSuites(config, names, flags);
  for (const { name, cases, repeat } of suites) {
    const power = suitePower(cases.length, { repeats: flags.repeat ?? repeat, churn });
    output.write(`${name}: ${tell(power)}\n`);
  }
  for (const { name, skipped: why } of skipped) output.write(`${name}: ${why}\n`);
  output.write(
    '\nSeen in 80 % of comparisons, with 5 % false alarms. Under the offline profile every case that is lost is seen.\n',
  );
  return 0;
}

function tell({ cases, repeats, leastVisibleLoss, needed }: SuitePower): string {
  const asked = `${cases} cases${repeats > 1 ? `, each asked ${repeats} times` : ''}`;
  const seen =
    leastVisibleLoss === null
      ? 'no loss can be seen'
      : `a loss of ${points(leastVisibleLoss)} points can be seen`;
  const others = needed.map(
    ({ loss, cases: many }) => `${points(loss)} points take ${many ?? 'more than 20,000'} cases`,
  );
  return `${asked}: ${seen}; ${others.join(', ')}`;
}

const points = (share: number) => String(Math.round(share * 1_000) / 10);
