import type { Command } from 'commander';
import { check } from './check.ts';

/** `baton check`. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check agents, graphs and tools, and draw the graphs')
    .action(async () => {
      if (!(await check(process.cwd(), process.stdout))) process.exitCode = 1;
    });
}
