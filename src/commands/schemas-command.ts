import type { Command } from 'commander';
import { writeSchemas } from './write-schemas.ts';

/** `baton schemas`. */
export function addSchemasCommand(program: Command): void {
  program
    .command('schemas')
    .description('write the JSON Schemas of agent and graph files')
    .argument('[folder]', 'where to', 'schemas')
    .action((folder: string) => writeSchemas(folder));
}
