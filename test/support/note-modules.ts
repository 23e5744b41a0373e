/** For `node --import`: notes the address of each module that the service loads until it says that it listens, in the file `NOTED_MODULES`. */
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
  const write = process.stdout.write.bind(process.stdout) as (text: unknown, ...rest: unknown[]) => boolean; // in all of its forms
  process.stdout.write = (text: unknown, ...rest: unknown[]) => {
    if (String(text).includes('listens on')) writeFileSync(file, loaded.join('\n'));
    return write(text, ...rest);
  };
}
