import type { ChaosReport } from './run-chaos.ts';

/** How many violations of one check are shown. */
const shown = 8;

/** The report as a table for people. */
export function printReport({ options, seconds, injected, counts, verdicts, folder }: ChaosReport): string {
  const { deployMs: _, ...faults } = injected;
  const { recoveryMs, acceptanceMs, refusals, ...numbers } = counts;
  const where = options.embedded ? 'embedded database' : options.roles.join(', ');
  const rows = verdicts.map(
    ({ check, cases, violations }) =>
      `  ${check.padEnd(50)} ${String(cases).padStart(7)} ${String(violations.length).padStart(11)}`,
  );
  const wrong = verdicts.flatMap(({ check, violations }) =>
    violations.length === 0 ? [] : ['', check, ...violations.slice(0, shown).map((text) => `  ${text}`)],
  );
  return [
    `Chaos on ${where}, seed ${options.seed}, ${seconds} s`,
    `  faults    ${list(faults)}`,
    `  counts    ${list(numbers)}`,
    `  refused   ${list(refusals) || 'none'}`,
    `  recovery  p50 ${recoveryMs.p50} ms, p99 ${recoveryMs.p99} ms, max ${recoveryMs.max} ms`,
    `  accepted  p50 ${acceptanceMs.p50} ms, p99 ${acceptanceMs.p99} ms, max ${acceptanceMs.max} ms`,
    '',
    `  ${'check'.padEnd(50)} ${'cases'.padStart(7)} ${'violations'.padStart(11)}`,
    ...rows,
    ...wrong,
    ...(folder ? ['', `The logs of the replicas and the evidence are in ${folder}.`] : []),
    '',
  ].join('\n');
}

function list(numbers: Record<string, number>): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
