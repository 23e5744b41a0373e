import { serveUntilStopped } from './commands/serve.ts';
import { readConfig } from './config.ts';
import { ConfigError } from './errors.ts';

/** Starts the service; it ends when the process is asked to stop. */
async function main(): Promise<void> {
  await serveUntilStopped(readConfig());
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
