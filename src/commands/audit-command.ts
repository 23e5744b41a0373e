import type { Command } from 'commander';
import { localTenant } from '../tenancy.ts';
import { exportAudit, listAudit, printHeads, verifyAudit } from './audit.ts';
import { type AuditOptions, readFilter, wholeNumber } from './audit-options.ts';
import { showProgress } from './show-progress.ts';
import { withDatabase } from './with-database.ts';

/** `baton audit list`, `export`, `head` and `verify`. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what to what');
  addList(audit);
  addExport(audit);
  addHead(audit);
  addVerify(audit);
}

function addList(audit: Command): void {
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
        listAudit({ db, output: process.stdout }, readFilter(options), wholeNumber('--limit', options.limit)),
      ),
    );
}

function addExport(audit: Command): void {
  audit
    .command('export')
    .description('print rows as JSON lines, in their order, with their hashes')
    .requiredOption('--tenant <id>', 'whose; - for what concerns no tenant')
    .option('--action <name>', 'such as key-create, or key-* for all that begins so')
    .option('--from <time>', 'the first moment, such as 2026-01-31T12:00:00Z')
    .option('--to <time>', 'the first moment no more')
    .action((options: AuditOptions) =>
      withDatabase(({ db }) => exportAudit({ db, output: process.stdout }, readFilter(options))),
    );
}

function addHead(audit: Command): void {
  audit
    .command('head')
    .description('print where chains end, to be kept where nobody can change it who can change the database')
    .option('--tenant <id>', 'of one tenant only')
    .action(({ tenant }: { tenant?: string }) =>
      withDatabase(({ db }) => printHeads({ db, output: process.stdout }, tenant)),
    );
}

interface VerifyOptions {
  tenant?: string;
  from?: string;
  heads?: string;
}

function addVerify(audit: Command): void {
  audit
    .command('verify')
    .description('compute the chains anew and say which row is not what was recorded first')
    .option('--tenant <id>', 'of one tenant only')
    .option('--from <number>', 'the first row to look at')
    .option('--heads <file>', 'heads that were kept: what audit head printed, or the log of the service')
    .action(async ({ tenant, from, heads }: VerifyOptions) => {
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
}
