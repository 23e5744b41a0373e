import type { Config } from '../../config.ts';
import type { Suite } from '../../eval/suite.ts';
import { type PowerOptions, type SuitePower, suitePower } from '../../eval/suites/suite-power.ts';
import { chooseSuites } from './choose-suites.ts';
import type { EvalFlags } from './eval-flags.ts';
import type { EvalStreams } from './eval-streams.ts';

interface ShowPower extends Pick<EvalStreams, 'output'> {
  config: Pick<Config, 'projectDir'>;
  /** The share of cases that come out differently when nothing was changed. */
  churn: number;
  flags: Pick<EvalFlags, 'graph' | 'agent' | 'case' | 'tag' | 'repeat'>;
}

/**
 * `baton eval power`: prints how large a loss each suite can see, and how many cases it takes to see others: alone, and compared together with the
 * other suites that were chosen.
 */
export async function showPower(
  names: string[],
  { config, churn, flags, output }: ShowPower,
): Promise<number> {
  const { suites, skipped } = await chooseSuites(config, names, flags);
  for (const suite of suites) {
    const power = powers(suite, suites.length, { repeats: flags.repeat ?? suite.repeat, churn });
    output.write(`${suite.name}: ${tell(power)}\n`);
  }
  for (const { name, skipped: why } of skipped) output.write(`${name}: ${why}\n`);
  output.write(`\nSeen in 80 % of comparisons, with 5 % false alarms. ${tellTogether(suites.length)}`);
  output.write('Under the offline profile every case that is lost is seen.\n');
  return 0;
}

interface Powers {
  alone: SuitePower;
  /** Among several suites: where one of them alone has lost, Holm's correction wants its chance below the level over their number. */
  together: SuitePower | undefined;
}

function powers({ cases }: Suite, suites: number, options: PowerOptions): Powers {
  const alone = suitePower(cases.length, options);
  const level = alone.level / suites;
  return { alone, together: suites > 1 ? suitePower(cases.length, { ...options, level }) : undefined };
}

function tell({ alone, together }: Powers): string {
  const { cases, repeats, leastVisibleLoss, needed } = alone;
  const asked = `${cases} cases${repeats > 1 ? `, each asked ${repeats} times` : ''}`;
  const others = needed.map(({ loss, cases: many }, at) => {
    const among = together && ` (${count(together.needed[at]?.cases)})`;
    return `${count(many)}${among ?? ''} for ${points(loss)} points`;
  });
  return `${asked}: ${tellLoss(leastVisibleLoss, together)}; cases needed: ${others.join(', ')}`;
}

function tellLoss(loss: number | null, together: SuitePower | undefined): string {
  if (loss === null) return 'no loss can be seen';
  const least = together?.leastVisibleLoss;
  const among = together && ` (${typeof least === 'number' ? points(least) : 'none'})`;
  return `a loss of ${points(loss)}${among ?? ''} points can be seen`;
}

function tellTogether(suites: number): string {
  if (suites < 2) return '';
  return `In brackets: when the ${suites} suites are compared together, with 5 % false alarms in all of them.\n`;
}

const points = (share: number) => String(Math.round(share * 1_000) / 10);

const count = (cases: number | null | undefined) => String(cases ?? 'more than 20,000');
