import type { Command } from 'commander';
import { noTenant } from '../audit/entry.ts';
import { recordAction } from '../audit/record.ts';
import { CallerError } from '../errors.ts';
import { openModels } from '../model/open-models.ts';
import { asOwner } from '../tenancy.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { importFilms } from './import.ts';
import { withDatabase } from './with-database.ts';

/** `baton import`. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('replace the film shop by a dump of the real one')
    .argument('<what>', 'films')
    .argument('<folder>', 'the folder that holds the dump: *.sql, *.sql.gz')
    .action(async (what: string, folder: string) => {
      if (what !== 'films')
        throw new CallerError('invalid-request', unknownName('thing to import', what, ['films']));
      await withDatabase(async (database, config, log) => {
        const { embedder } = openModels(config.models, log);
        const write = (line: string) => process.stderr.write(`${line}\n`);
        await asOwner(() => importFilms({ database, embedder }, folder, write));
        await recordAction(database.db, { action: 'shop-import', tenant: noTenant, details: { folder } });
      });
    });
}
