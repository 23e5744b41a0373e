import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { CallerError, ConfigError, errorMessage, StartError } from '../errors.ts';
import { type Logger, openLog } from '../log.ts';
import { inTenant, localTenant } from '../tenancy.ts';
import { runAb } from './eval/ab.ts';
import { bless } from './eval/bless.ts';
import { SuiteProblems } from './eval/choose-suites.ts';
import { compareReports } from './eval/compare.ts';
import type { EvalFlags } from './eval/eval-flags.ts';
import { promote } from './eval/promote.ts';
import { runEvals } from './eval/run-evals.ts';
import { showPower } from './eval/show-power.ts';
import { watchEvals } from './eval/watch-evals.ts';
import { printFailure } from './print-failure.ts';
import { withDatabase } from './with-database.ts';
import { interrupted } from './with-knowledge.ts';

const streams = { output: process.stdout, progress: process.stderr };

/** `baton eval` and what goes with it. */
export function addEvalCommands(program: Command): void {
  const command = program
    .command('eval')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)) // 1 says that something got worse
    .description('run suites of cases and say whether an edit made it better: see docs/evals.md')
    .argument('[suite...]', 'suites of evals/, such as films; all of them unless named');
  withRunOptions(command).action((names: string[], flags: EvalFlags) =>
    ending(async (around) => (await runEvals(names, { ...around, flags })).exitCode),
  );

  withRunOptions(
    command
      .command('ab')
      .description('ask two versions turn and turn about, and hold the second against the first')
      .argument('<before>', 'a folder, a graph of the project, or a revision of git')
      .argument('<after>', 'the other; . is the project as it is')
      .argument('[suite...]'),
  ).action((before: string, after: string, names: string[], _: unknown, own: Command) =>
    ending((around) => runAb([before, after], names, { ...around, flags: own.optsWithGlobals<EvalFlags>() })),
  );

  withRunOptions(
    command
      .command('watch')
      .description('run suites again whenever what they ask is changed')
      .argument('[suite...]'),
  ).action((names: string[], _: unknown, own: Command) =>
    ending((around) => watchEvals(names, { ...around, flags: own.optsWithGlobals<EvalFlags>() })),
  );

  withReportOptions(
    command
      .command('compare')
      .description('hold two runs that were kept against each other')
      .argument('[before]', 'a run’s id, last~1, or the path of a run.json', 'last~1')
      .argument('[after]', 'the other', 'last'),
  ).action((before: string, after: string, _: unknown, own: Command) =>
    ending((around) => compareReports(before, after, { ...around, flags: own.optsWithGlobals<EvalFlags>() })),
  );

  command
    .command('bless')
    .description('make what a run gave the baseline of its suites')
    .argument('[suite...]', 'of its suites, these')
    .option('--run <id>', 'which run', 'last')
    .action((names: string[], { run }: { run: string }) =>
      ending((around) => bless(names, run, around).then(() => 0)),
    );

  command
    .command('power')
    .description('say how large a loss the suites can see')
    .argument('[suite...]')
    .option(
      '--churn <share>',
      'the share of cases that come out otherwise when nothing was changed',
      readShare,
      0,
    )
    .action((names: string[], { churn }: { churn: number }, own: Command) =>
      ending((around) => showPower(names, { ...around, churn, flags: own.optsWithGlobals<EvalFlags>() })),
    );

  command
    .command('promote')
    .description('write a thread as a proposed case, without what must not be in it')
    .argument('<thread>', 'a thread’s id')
    .option('--suite <name>', 'the suite that it is meant for')
    .option('--tenant <id>', 'whose thread', localTenant)
    .option('--output <file>', 'where to; evals/proposed/ unless given')
    .option('--redact <word>', 'a name or word that must not be in it; may be given again', gather, [])
    .action((thread: string, { tenant, ...given }: PromoteFlags) =>
      ending(() =>
        withDatabase(async ({ db }, config) => {
          await inTenant(tenant, () => promote({ db, config }, { thread, ...given }, streams.output));
          return 0;
        }),
      ),
    );
}

function withRunOptions(command: Command): Command {
  return withReportOptions(command)
    .option('--graph <name>', 'cases that ask this graph; may be given again', gather, [])
    .option('--agent <name>', 'cases that expect something of this agent', gather, [])
    .option('--case <id>', 'this case; * at the end stands for anything', gather, [])
    .option('--tag <tag>', 'cases with this tag', gather, [])
    .option('--repeat <number>', 'how often each case is asked', readWhole)
    .option('--concurrency <number>', 'cases at once', readWhole, 4)
    .option('--model <role=model>', 'another model for a role, such as fast=openai:gpt-4.1-mini', gather, [])
    .option(
      '--profile <name>',
      'offline, configured (the models of the environment), or one of evals/profiles.yaml',
      'offline',
    )
    .addOption(
      new Option(
        '--cassettes <mode>',
        'record what models reply, replay it, or replay what is there',
      ).choices(['record', 'replay', 'auto']),
    )
    .option('--trace-judges', 'let judges tell LangSmith, as its own settings say')
    .option('--no-keep', 'keep nothing in the database');
}

function withReportOptions(command: Command): Command {
  return command
    .option('--json <file>', 'write the report as JSON, too')
    .option('--junit <file>', 'as JUnit XML')
    .option('--markdown <file>', 'as Markdown, for a pull request')
    .option('--html <file>', 'as a page');
}

interface PromoteFlags {
  tenant: string;
  suite?: string;
  output?: string;
  redact: string[];
}

interface Around {
  config: Config;
  log: Logger;
  signal: AbortSignal;
  output: NodeJS.WriteStream;
  progress: NodeJS.WriteStream;
}

/** Ends the process with what the work says; with 2 where it could not begin, 130 where it was interrupted, 3 where it broke off. */
async function ending(work: (around: Around) => Promise<number>): Promise<void> {
  const signal = interrupted();
  try {
    const config = readConfig();
    const code = await work({
      config,
      log: openLog(config.log.level === 'info' ? 'error' : config.log.level, config.log.pretty),
      signal,
      ...streams,
    });
    process.exitCode = signal.aborted ? 130 : code;
  } catch (error) {
    if (!signal.aborted) tell(error);
    process.exitCode = signal.aborted ? 130 : isExpected(error) ? 2 : 3;
  }
}

function isExpected(error: unknown): boolean {
  return [SuiteProblems, ConfigError, CallerError, StartError].some((kind) => error instanceof kind);
}

function tell(error: unknown): void {
  if (error instanceof SuiteProblems) process.stderr.write(`${errorMessage(error)}\n`);
  else printFailure(error);
}

function gather(value: string, before: string[]): string[] {
  return [...before, value];
}

function readWhole(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000) return number;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
}

function readShare(value: string): number {
  const number = Number(value);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('Expected a share from 0 to 1.');
}
