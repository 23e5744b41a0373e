import { keepCompiled } from './compile-cache.ts';
import { keepYoungSpaceSmall } from './heap-bounds.ts';

/** Starts the service; it ends when the process is asked to stop. The embedded database opens in its thread while this one loads the rest. */
async function main(): Promise<void> {
  keepCompiled();
  const { readConfig } = await import('./config.ts');
  const config = readConfig();
  const { url, dataDir } = config.database;
  const { openEmbedded } = await import('./db/open-database.ts');
  keepYoungSpaceSmall();
  const [database, { serveUntilStopped }] = await Promise.all([
    url ? undefined : openEmbedded(dataDir),
    import('./commands/serve.ts'),
  ]);
  await serveUntilStopped(config, database);
}

main().catch(async (error: unknown) => {
  const { endWithFailure } = await import('./commands/print-failure.ts');
  endWithFailure(error);
});
