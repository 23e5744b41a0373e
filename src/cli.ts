import { Command } from 'commander';
import { asCommandLine } from './commands/as-command-line.ts';
import { addAuditCommands } from './commands/audit-command.ts';
import { addBudgetCommands } from './commands/budget-command.ts';
import { addChatCommand } from './commands/chat-command.ts';
import { addCheckCommand } from './commands/check-command.ts';
import { addCollectionCommands } from './commands/collection-command.ts';
import { addDocumentCommands } from './commands/document-command.ts';
import { endWithReader } from './commands/end-with-reader.ts';
import { addEvalCommands } from './commands/eval-command.ts';
import { addImportCommand } from './commands/import-command.ts';
import { addIngestCommand } from './commands/ingest-command.ts';
import { addKeyCommands } from './commands/key-command.ts';
import { addLimitCommands } from './commands/limit-command.ts';
import { addMigrateCommand } from './commands/migrate-command.ts';
import { addModelKeyCommands } from './commands/model-key-command.ts';
import { printFailure } from './commands/print-failure.ts';
import { addSchemasCommand } from './commands/schemas-command.ts';
import { addSearchCommand } from './commands/search-command.ts';
import { addSecretsCommands } from './commands/secrets-command.ts';
import { addServeCommand } from './commands/serve-command.ts';
import { addSqlCommand } from './commands/sql-command.ts';
import { addTenantCommands } from './commands/tenant-command.ts';
import { addTokenCommands } from './commands/token-command.ts';
import { addUsageCommand } from './commands/usage-command.ts';
import { addUserCommands } from './commands/user-command.ts';

const program = new Command('baton')
  .description('Runs, checks and asks graphs of agents that hand over to one another.')
  .showHelpAfterError();

addServeCommand(program);
addChatCommand(program);
addCheckCommand(program);
addEvalCommands(program);
addSqlCommand(program);
addIngestCommand(program);
addSearchCommand(program);
addCollectionCommands(program);
addDocumentCommands(program);
addImportCommand(program);
addMigrateCommand(program);
addSchemasCommand(program);
addTenantCommands(program);
addKeyCommands(program);
addUserCommands(program);
addTokenCommands(program);
addAuditCommands(program);
addBudgetCommands(program);
addUsageCommand(program);
addLimitCommands(program);
addModelKeyCommands(program);
addSecretsCommands(program);

endWithReader();
asCommandLine(() => program.parseAsync()).catch(printFailure);
