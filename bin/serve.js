/**
 * Starts the service, as `npm start` does. The one file here in JavaScript: what Node makes of TypeScript is kept from the first file on that
 * is loaded after this one, so a start that is not the first does without Node's compiler.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/baton', import.meta.url)));
await import('../src/main.ts');
