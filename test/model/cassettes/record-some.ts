import { openCassettes } from '../../../src/model/cassettes/open-cassettes.ts';
import { requestOf } from './request-of.ts';

/** A process of its own that records what is said to be its share: the folder, its name, how many. */
const [dir = '', name = '', count = '0'] = process.argv.slice(2);
const place = { suite: 'films', case: 'count', repeat: 0 };
const cassettes = openCassettes({ dir, mode: 'auto', place: () => place });
const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
const wrapped = cassettes.wrap(
  async ({ system }) => ({ text: system, calls: [], invalidCalls: [], usage, model: 'm', stop: 'end' }),
  {},
);
for (let at = 0; at < Number(count); at++)
  await wrapped(requestOf({ system: `${name} ${at}` }), () => undefined);
await cassettes.close();
