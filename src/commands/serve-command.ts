import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { endWithFailure } from './print-failure.ts';
import { serveUntilStopped } from './serve.ts';

/** `baton serve`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the graphs over HTTP')
    .action(() => serveUntilStopped(readConfig()).catch(endWithFailure));
}
