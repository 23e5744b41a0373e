/**
 * How fast Baton is, beside a service that does the same as LangChain's documentation says it: see docs/benchmarks.md.
 *
 *   [DATABASE_URL=postgres://…] npm run bench -- [--scenario NAME] [--rounds N] [--json FILE] [--quick]
 *
 * Scenarios: turns, streams, growth, reads, start, memory, all. Databases are made on the server of `DATABASE_URL` and removed; without
 * it everything runs on the embedded database. The table comes on standard output, progress on standard error. `--quick`: a look at everything, in less than a minute.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machineFacts } from './turns/machine-facts.ts';
import { type Findings, type Scenario, tell } from './turns/scenario.ts';
import { inQuickOrder, scenarios } from './turns/scenarios.ts';
import { setStage } from './turns/stage.ts';
import { tableOf } from './turns/table.ts';

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'all' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const plan = { quick: options.quick, rounds: Number(options.rounds ?? (options.quick ? 1 : 5)) };
const asked = options.scenario === 'all' ? Object.keys(scenarios) : options.scenario.split(',');

const order = plan.quick ? inQuickOrder(asked) : asked;

await main(order.map((name) => [name, scenarioOf(name)]));

function scenarioOf(name: string): Scenario {
  const scenario = scenarios[name];
  if (!scenario)
    throw new Error(`There is no scenario ${name}; there are ${Object.keys(scenarios).join(', ')}.`);
  return scenario;
}

/** A scenario that fails is told, makes the process end with 1, and leaves the others their figures. */
async function main(asked: [name: string, scenario: Scenario][]): Promise<void> {
  const stage = await setStage(process.env.DATABASE_URL);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage.close().finally(() => process.exit(1)));
  const found: Record<string, Findings> = {};
  try {
    for (const [name, measure] of asked) {
      try {
        found[name] = await measure(stage, plan);
        tell(`${name}: done`);
      } catch (error) {
        tell(`${name}: failed: ${error instanceof Error ? error.stack : error}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await stage.close();
  }
  await report({ ...machineFacts(), database: stage.kind, ...plan }, found);
}

async function report(facts: object, found: Record<string, Findings>): Promise<void> {
  const line = Object.entries(facts).map(([name, fact]) => `${name} ${fact}`);
  process.stdout.write(`${line.join(', ')}\n\n`);
  process.stdout.write(tableOf(asked.flatMap((name) => found[name]?.figures ?? [])));
  if (options.json) await writeFile(options.json, `${JSON.stringify({ facts, found }, null, 2)}\n`);
}
