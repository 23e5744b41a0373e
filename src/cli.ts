import { Command } from 'commander';
import { type AppContext, openContext, openDatabase } from './app-context.ts';
import { commandLineActor } from './audit/command-line-actor.ts';
import { noTenant } from './audit/entry.ts';
import { fromOrigin } from './audit/origin.ts';
import type { RowFilter } from './audit/read-rows.ts';
import { recordAction } from './audit/record.ts';
import { exportAudit, listAudit, printHeads, verifyAudit } from './commands/audit.ts';
import {
  type BudgetOptions,
  listBudgetsCommand,
  removeBudgetCommand,
  setBudgetCommand,
} from './commands/budget.ts';
import { chat } from './commands/chat.ts';
import { check } from './commands/check.ts';
import { importFilms } from './commands/import.ts';
import {
  createKeyCommand,
  type KeyOptions,
  printKeys,
  revokeKeyCommand,
  rotateKeyCommand,
} from './commands/key.ts';
import { listLimitsCommand, readAmount, setLimitsCommand } from './commands/limit.ts';
import { migrateDatabase } from './commands/migrate.ts';
import {
  addModelKey,
  type ModelKeyCommand,
  type ModelKeyOptions,
  printModelKeys,
  removeModelKey,
  switchModelKey,
} from './commands/model-key.ts';
import { rotateSecretsCommand } from './commands/secrets.ts';
import { serveUntilStopped } from './commands/serve.ts';
import { showProgress } from './commands/show-progress.ts';
import { runSqlCommand } from './commands/sql.ts';
import { makeTenant, printTenants, suspendTenant } from './commands/tenant.ts';
import { issueTokenCommand, type TokenOptions } from './commands/token.ts';
import { type UsageOptions, usageCommand } from './commands/usage.ts';
import {
  createUserCommand,
  importUsersCommand,
  listUsersCommand,
  setStatusCommand,
  type UserOptions,
} from './commands/user.ts';
import { writeSchemas } from './commands/write-schemas.ts';
import { readConfig } from './config.ts';
import { migrate } from './db/migrate.ts';
import type { Database } from './db/open-database.ts';
import { noLimits } from './db/session-limits.ts';
import { CallerError, ConfigError, errorMessage, StartError } from './errors.ts';
import { loadProject } from './handoff/load-project.ts';
import { sqlPolicyOf } from './handoff/sql-policy-of.ts';
import { openLog } from './log.ts';
import { openModels } from './model/open-models.ts';
import { asOwner, inTenant, localTenant } from './tenancy.ts';
import { unknownName } from './yaml/file-problem.ts';

const program = new Command('baton')
  .description('Runs, checks and asks graphs of agents that hand over to one another.')
  .showHelpAfterError();

program
  .command('serve')
  .description('serve the graphs over HTTP')
  .action(() => serveUntilStopped(readConfig()));

program
  .command('chat')
  .description(
    'run a turn here and print it hop by hop; without a question, each line of standard input is one',
  )
  .argument('<graph>', 'a graph, such as films')
  .argument('[question]', 'what to ask')
  .option('--thread <id>', 'go on with a thread')
  .action(async (graph: string, question: string | undefined, { thread }: { thread?: string }) => {
    const { stdin: input, stdout: output } = process;
    const turn = { graph, ...(question !== undefined && { question }), ...(thread && { threadId: thread }) };
    const answered = await withContext((context, signal) =>
      inTenant(localTenant, () => chat(context, { ...turn, input, output, signal })),
    );
    if (!answered) process.exitCode = 1;
  });

program
  .command('check')
  .description('check agents, graphs and tools, and draw the graphs')
  .action(async () => {
    if (!(await check(process.cwd(), process.stdout))) process.exitCode = 1;
  });

program
  .command('sql')
  .description(
    'run a statement as the SQL agent of a graph would, or say why not; without one, read JSON lines',
  )
  .argument('[statement]', 'one select')
  .requiredOption('--graph <name>', 'the graph whose policy holds')
  .option('--check', 'only say whether it may run')
  .action(
    async (
      statement: string | undefined,
      { graph, check: only = false }: { graph: string; check?: boolean },
    ) => {
      const policy = sqlPolicyOf(await loadProject(process.cwd()), graph);
      const command = { policy, statement, check: only, input: process.stdin, output: process.stdout };
      const accepted = only
        ? await runSqlCommand(command)
        : await withContext(({ database }, signal) =>
            inTenant(localTenant, () => runSqlCommand({ ...command, database, signal })),
          );
      if (!accepted) process.exitCode = 1;
    },
  );

program
  .command('import')
  .description('replace the film shop by a dump of the real one')
  .argument('<what>', 'films')
  .argument('<folder>', 'the folder that holds the dump: *.sql, *.sql.gz')
  .action(async (what: string, folder: string) => {
    if (what !== 'films')
      throw new CallerError('invalid-request', unknownName('thing to import', what, ['films']));
    const config = readConfig();
    const log = openLog(quieter(config.log.level), config.log.pretty);
    const database = await openDatabase(config, log, noLimits);
    try {
      await migrate(database.db);
      const { embedder } = openModels(config.models, log);
      const write = (line: string) => process.stderr.write(`${line}\n`);
      await asOwner(() => importFilms({ database, embedder }, folder, write));
      await recordAction(database.db, { action: 'shop-import', tenant: noTenant, details: { folder } });
    } finally {
      await database.close();
    }
  });

program
  .command('migrate')
  .description('bring the database up to date')
  .action(() => migrateDatabase(readConfig(), process.stdout));

program
  .command('schemas')
  .description('write the JSON Schemas of agent and graph files')
  .argument('[folder]', 'where to', 'schemas')
  .action((folder: string) => writeSchemas(folder));

const tenant = program.command('tenant').description('the organisations that share the service');

tenant
  .command('create')
  .description('make a tenant')
  .argument('<id>', 'small letters, digits and hyphens')
  .option('--name <text>', 'what it is called')
  .action((id: string, { name }: { name?: string }) =>
    withDatabase(({ db }) => makeTenant({ db, output: process.stdout }, id, name)),
  );

tenant
  .command('list')
  .description('print all tenants')
  .action(() => withDatabase(({ db }) => printTenants({ db, output: process.stdout })));

for (const [name, suspended] of [
  ['suspend', true],
  ['resume', false],
] as const) {
  tenant
    .command(name)
    .description(suspended ? 'refuse its requests and let its runs wait' : 'let it go on')
    .argument('<id>', 'which')
    .action((id: string) =>
      withDatabase(({ db }) => suspendTenant({ db, output: process.stdout }, id, suspended)),
    );
}

const key = program.command('key').description('what callers show to be let in');

key
  .command('create')
  .description('make a key and print it, this once')
  .requiredOption('--tenant <id>', 'whose')
  .option('--role <role>', 'viewer, member, engineer or admin', 'member')
  .option('--name <text>', 'what it is for', 'key')
  .option('--graphs <names...>', 'the graphs that it may use; all unless given')
  .option('--scopes <names...>', 'what of its role it may do, such as runs:write; all unless given')
  .option('--expires <time>', 'when it ends, such as 90d; never unless given')
  .option('--operator', 'it may make tenants; with the role admin')
  .action((options: KeyOptions) =>
    withDatabase(({ db }) => createKeyCommand({ db, output: process.stdout }, options)),
  );

key
  .command('list')
  .description('print the keys of a tenant')
  .requiredOption('--tenant <id>', 'whose')
  .action(({ tenant }: { tenant: string }) =>
    withDatabase(({ db }) => printKeys({ db, output: process.stdout }, tenant)),
  );

key
  .command('revoke')
  .description('take a key back')
  .argument('<id>', 'which: what stands before its secret')
  .action((id: string) => withDatabase(({ db }) => revokeKeyCommand({ db, output: process.stdout }, id)));

key
  .command('rotate')
  .description('give a key another secret and print it, this once')
  .argument('<id>', 'which: what stands before its secret')
  .option('--grace <time>', 'how long the secret it had stays good', '24h')
  .action((id: string, { grace }: { grace: string }) =>
    withDatabase(({ db }) => rotateKeyCommand({ db, output: process.stdout }, id, grace)),
  );

const user = program.command('user').description('the people of a tenant, who log in with a password');

user
  .command('create')
  .description('add a user; the password is asked for, or piped in')
  .requiredOption('--tenant <id>', 'whose')
  .requiredOption('--email <address>', 'what they log in with')
  .option('--name <text>', 'what they are called')
  .option('--role <role>', 'viewer, member, engineer or admin', 'member')
  .option('--graphs <names...>', 'the graphs that they may use; all unless given')
  .action(({ tenant, ...fields }: UserOptions) =>
    withDatabase(({ db }) =>
      createUserCommand({ db, tenant, output: process.stdout }, fields, {
        input: process.stdin,
        prompt: process.stderr,
      }),
    ),
  );

user
  .command('import')
  .description(
    'add users with their hashes from elsewhere: JSON lines of email, name, role, graphs, password_hash',
  )
  .requiredOption('--tenant <id>', 'whose')
  .action(async ({ tenant }: { tenant: string }) => {
    const all = await withDatabase(({ db }) =>
      importUsersCommand({ db, tenant, output: process.stdout }, process.stdin),
    );
    if (!all) process.exitCode = 1;
  });

user
  .command('list')
  .description('print the users of a tenant')
  .requiredOption('--tenant <id>', 'whose')
  .action(({ tenant }: { tenant: string }) =>
    withDatabase(({ db }) => listUsersCommand({ db, tenant, output: process.stdout })),
  );

for (const [name, status] of [
  ['disable', 'disabled'],
  ['enable', 'active'],
] as const) {
  user
    .command(name)
    .description(status === 'disabled' ? 'log a user out everywhere, and in no more' : 'let a user in again')
    .requiredOption('--tenant <id>', 'whose')
    .requiredOption('--email <address>', 'which')
    .action(({ tenant, email }: { tenant: string; email: string }) =>
      withDatabase(({ db }) => setStatusCommand({ db, tenant, output: process.stdout }, email, status)),
    );
}

program
  .command('token')
  .description('tokens that the service signs itself')
  .command('issue')
  .description('print a token for somebody who has neither key nor account')
  .requiredOption('--tenant <id>', 'whose')
  .requiredOption('--subject <id>', 'who')
  .option('--role <role>', 'viewer, member, engineer or admin', 'member')
  .option('--graphs <names...>', 'the graphs that they may use; all unless given')
  .option('--ttl <time>', 'how long it is valid, such as 12h; a day unless set')
  .action((options: TokenOptions) =>
    withDatabase(({ db }) =>
      issueTokenCommand({ config: readConfig(), db, output: process.stdout }, options),
    ),
  );

const audit = program.command('audit').description('who did what to what');

audit
  .command('list')
  .description('print the newest rows, one a line, the newest last')
  .option('--tenant <id>', 'whose; - for what concerns no tenant', localTenant)
  .option('--action <name>', 'such as key-create, or key-* for all that begins so')
  .option('--actor <id or name>', 'who acted')
  .option('--target <id>', 'what was acted on: an id, or its kind and its id, thread:018f…')
  .option('--outcome <word>', 'ok, refused or failed')
  .option('--from <time>', 'the first moment, such as 2026-01-31T12:00:00Z')
  .option('--to <time>', 'the first moment no more')
  .option('--limit <rows>', 'at most', '50')
  .action((options: AuditOptions & { limit: string }) =>
    withDatabase(({ db }) =>
      listAudit({ db, output: process.stdout }, auditFilter(options), wholeNumber('--limit', options.limit)),
    ),
  );

audit
  .command('export')
  .description('print rows as JSON lines, in their order, with their hashes')
  .requiredOption('--tenant <id>', 'whose; - for what concerns no tenant')
  .option('--action <name>', 'such as key-create, or key-* for all that begins so')
  .option('--from <time>', 'the first moment, such as 2026-01-31T12:00:00Z')
  .option('--to <time>', 'the first moment no more')
  .action((options: AuditOptions) =>
    withDatabase(({ db }) => exportAudit({ db, output: process.stdout }, auditFilter(options))),
  );

audit
  .command('head')
  .description('print where chains end, to be kept where nobody can change it who can change the database')
  .option('--tenant <id>', 'of one tenant only')
  .action(({ tenant }: { tenant?: string }) =>
    withDatabase(({ db }) => printHeads({ db, output: process.stdout }, tenant)),
  );

audit
  .command('verify')
  .description('compute the chains anew and say which row is not what was recorded first')
  .option('--tenant <id>', 'of one tenant only')
  .option('--from <number>', 'the first row to look at')
  .option('--heads <file>', 'heads that were kept: what audit head printed, or the log of the service')
  .action(async ({ tenant, from, heads }: { tenant?: string; from?: string; heads?: string }) => {
    const whole = await withDatabase(({ db }) =>
      verifyAudit({
        db,
        output: process.stdout,
        tenant,
        from: from === undefined ? undefined : wholeNumber('--from', from),
        headsFile: heads,
        progress: showProgress(process.stderr),
      }),
    );
    if (!whole) process.exitCode = 1;
  });

const budget = program.command('budget').description('what tenants may spend on models');

budget
  .command('set')
  .description('set what may be spent, in dollars or tokens; days and months are those of UTC')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--daily <amount>', 'a day')
  .option('--monthly <amount>', 'a month')
  .option('--total <amount>', 'in all')
  .option('--run <amount>', 'for each run')
  .option('--tokens', 'amounts are tokens')
  .option('--user <id>', 'of one user, or * for each by itself')
  .option('--graph <name>', 'of one graph, or * for each by itself')
  .option('--alerts <percents>', 'when to tell: 50,80,100')
  .option('--webhook <url>', 'whom to tell')
  .action(({ tenant, ...options }: BudgetOptions & { tenant: string }) =>
    withDatabase(({ db }) =>
      setBudgetCommand({ db, config: readConfig(), tenant, output: process.stdout }, options),
    ),
  );

budget
  .command('list')
  .description('print budgets, and what is spent of them')
  .option('--tenant <id>', 'whose', localTenant)
  .action(({ tenant }: { tenant: string }) =>
    withDatabase(({ db }) => listBudgetsCommand({ db, tenant, output: process.stdout })),
  );

budget
  .command('remove')
  .description('remove a budget')
  .argument('<id>', 'as list prints it')
  .option('--tenant <id>', 'whose', localTenant)
  .action((id: string, { tenant }: { tenant: string }) =>
    withDatabase(({ db }) => removeBudgetCommand({ db, tenant, output: process.stdout }, id)),
  );

program
  .command('usage')
  .description('print what models took and cost')
  .option('--tenant <id>', 'whose; all of them unless given')
  .option(
    '--by <keys>',
    'a line for each: tenant, day, month, user, graph, agent, model, key, run, …',
    'tenant,day,model',
  )
  .option('--from <day>', 'the first day, in UTC; this month unless given')
  .option('--to <day>', 'the day after the last')
  .option('--csv', 'as CSV, with all columns')
  .action((options: UsageOptions) =>
    withDatabase(({ db }) => usageCommand({ db, output: process.stdout }, options)),
  );

const limit = program.command('limit').description('how much tenants and keys may ask');

limit
  .command('list')
  .description('print the limits that hold for a tenant')
  .option('--tenant <id>', 'whose', localTenant)
  .action(({ tenant }: { tenant: string }) =>
    withDatabase(({ db }) => listLimitsCommand({ db, config: readConfig(), tenant, output: process.stdout })),
  );

limit
  .command('set')
  .description('set limits of a tenant, or of one of its keys')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--key <id>', 'the one key that it is for')
  .argument('<limits...>', 'such as turns=60/1m user=off')
  .action((limits: string[], { tenant, key: keyId }: { tenant: string; key?: string }) =>
    withDatabase(({ db }) =>
      setLimitsCommand(
        { db, config: readConfig(), tenant, output: process.stdout },
        { amounts: Object.fromEntries(limits.map(readAmount)), keyId },
      ),
    ),
  );

limit
  .command('clear')
  .description('have the limits of the service hold again')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--key <id>', 'the one key that had its own')
  .argument('<names...>', 'such as turns user')
  .action((names: string[], { tenant, key: keyId }: { tenant: string; key?: string }) =>
    withDatabase(({ db }) =>
      setLimitsCommand(
        { db, config: readConfig(), tenant, output: process.stdout },
        { amounts: Object.fromEntries(names.map((name) => [name, null])), keyId },
      ),
    ),
  );

const modelKey = program.command('model-key').description('keys of model providers, kept sealed');

modelKey
  .command('add')
  .description('keep a key; its secret comes in over standard input, or is in a variable')
  .requiredOption('--provider <name>', 'such as openai')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--shared', 'the service’s, for all tenants that have none of their own')
  .option('--name <text>', 'what it is called')
  .option('--base-url <url>', 'where OpenAI’s protocol is spoken, where that is not known of the provider')
  .option('--models <names...>', 'which it serves; all unless given')
  .option('--weight <number>', 'how much it is asked in proportion to the others')
  .option('--max-concurrency <number>', 'requests at once')
  .option('--requests-per-minute <number>', 'of each process')
  .option('--tokens-per-minute <number>', 'of each process')
  .option('--from-env <name>', 'the variable that holds the secret')
  .action(({ tenant, shared, ...options }: OwnerOptions & ModelKeyOptions) =>
    withModelKeys({ tenant, shared }, (command) =>
      addModelKey(command, options, { input: process.stdin, prompt: process.stderr }),
    ),
  );

modelKey
  .command('list')
  .description('print the keys, the oldest first')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--shared', 'the service’s')
  .action((owner: OwnerOptions) => withModelKeys(owner, printModelKeys));

modelKey
  .command('remove')
  .description('delete a key')
  .argument('<id>', 'which')
  .option('--tenant <id>', 'whose', localTenant)
  .option('--shared', 'the service’s')
  .action((id: string, owner: OwnerOptions) =>
    withModelKeys(owner, (command) => removeModelKey(command, id)),
  );

for (const [name, disabled] of [
  ['disable', true],
  ['enable', false],
] as const) {
  modelKey
    .command(name)
    .description(disabled ? 'ask nothing of a key' : 'use a key again')
    .argument('<id>', 'which')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--shared', 'the service’s')
    .action((id: string, owner: OwnerOptions) =>
      withModelKeys(owner, (command) => switchModelKey(command, id, disabled)),
    );
}

program
  .command('secrets')
  .description('what the database keeps sealed')
  .command('rotate')
  .description('seal everything under the first key of BATON_SECRET_KEYS')
  .action(async () => {
    const { keys } = readConfig().secrets;
    const whole = await withDatabase(({ db }) => rotateSecretsCommand(db, keys, process.stdout));
    if (!whole) process.exitCode = 1;
  });

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(); // whoever read the output has seen enough
});

/** What a command changes is the doing of whoever runs it; what the service does is not. */
function run(): Promise<Command> {
  const serves = process.argv[2] === 'serve';
  return serves
    ? program.parseAsync()
    : fromOrigin({ actor: commandLineActor() }, () => program.parseAsync());
}

run().catch((error: unknown) => {
  const expected = [ConfigError, CallerError, StartError].some((kind) => error instanceof kind);
  const text = expected || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});

/** Opens the database alone, up to date, for one command and closes it after. */
async function withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const config = readConfig();
  const log = openLog(quieter(config.log.level), config.log.pretty);
  const database = await openDatabase(config, log, noLimits);
  try {
    await migrate(database.db);
    return await work(database);
  } finally {
    await database.close();
  }
}

interface OwnerOptions {
  tenant: string;
  shared?: boolean | undefined;
}

function withModelKeys(
  { tenant, shared = false }: OwnerOptions,
  work: (command: ModelKeyCommand) => Promise<void>,
): Promise<void> {
  const { secrets, models } = readConfig();
  const ring = { secretKeys: secrets.keys, allow: models.allow };
  const owner = shared ? null : tenant;
  return withDatabase(({ db }) => work({ ring: { ...ring, db }, owner, output: process.stdout }));
}

/** Opens everything for one command and closes it after; an interrupt from the keyboard aborts the signal. */
async function withContext<Result>(
  work: (context: AppContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  const log = openLog(quieter(config.log.level), config.log.pretty);
  const context = await openContext(config, log, {
    progress: showProgress(process.stderr),
  });
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  try {
    return await work(context, controller.signal);
  } finally {
    await context.close(0);
  }
}

interface AuditOptions {
  tenant: string;
  action?: string;
  actor?: string;
  target?: string;
  outcome?: string;
  from?: string;
  to?: string;
}

function auditFilter({ outcome, from, to, ...plain }: AuditOptions): RowFilter {
  const { tenant, action, actor, target } = plain;
  if (outcome !== undefined && outcome !== 'ok' && outcome !== 'refused' && outcome !== 'failed')
    throw new CallerError('invalid-request', '--outcome: expected ok, refused or failed.');
  return { tenant, action, actor, target, outcome, from: moment('--from', from), to: moment('--to', to) };
}

function moment(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new CallerError('invalid-request', `${option}: expected a time such as 2026-01-31T12:00:00Z.`);
  return time;
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CallerError('invalid-request', `${option}: expected a whole number from 1 on.`);
}

/** A terminal that shows a turn does not want the log of it as well. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
