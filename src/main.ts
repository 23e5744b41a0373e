import { serveUntilStopped } from './commands/serve.ts';
import { readConfig } from './config.ts';
import { ConfigError, errorMessage, StartError } from './errors.ts';

/** Starts the service; it ends when the process is asked to stop. */
async function main(): Promise<void> {
  await serveUntilStopped(readConfig());
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof StartError;
  const text = expected || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
