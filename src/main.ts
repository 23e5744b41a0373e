import { printFailure } from './commands/print-failure.ts';
import { serveUntilStopped } from './commands/serve.ts';
import { readConfig } from './config.ts';

/** Starts the service; it ends when the process is asked to stop. */
async function main(): Promise<void> {
  await serveUntilStopped(readConfig());
}

main().catch(printFailure);
