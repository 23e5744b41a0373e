import { readFile, writeFile } from 'node:fs/promises';
import { withTapeLocked } from '../../../src/model/cassettes/lock-tape.ts';

/** A process of its own that adds one to the number in a file, again and again: the file, how often. */
const [file = '', times = '0'] = process.argv.slice(2);
for (let at = 0; at < Number(times); at++) {
  await withTapeLocked(file, async () => {
    const count = Number(await readFile(file, 'utf8'));
    await writeFile(file, String(count + 1));
  });
}
