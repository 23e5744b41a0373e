import { enableCompileCache } from 'node:module';
import path from 'node:path';

/**
 * Keeps what Node makes of the sources, so that the next start does not make it again. It lies with the packages, where nobody else can put
 * something; where that folder cannot be written to, or `NODE_DISABLE_COMPILE_CACHE` is set, starts take longer and nothing else changes.
 */
export function keepCompiled(): void {
  enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/baton'));
}
