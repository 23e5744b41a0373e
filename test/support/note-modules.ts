/** For `node --import`: notes the address of each module that the process loads, and writes them into the file `NOTED_MODULES` when it ends. */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const file = process.env.NOTED_MODULES;
if (file && isMainThread) {
  const loaded: string[] = [];
  registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  process.on('exit', () => writeFileSync(file, loaded.join('\n')));
}
