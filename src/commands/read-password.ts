import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { CallerError } from '../errors.ts';
import { readLines } from './read-lines.ts';

/** More than any password is long, in bytes. */
const longest = 10_000;

/**
 * A password or another secret, from a terminal without showing it, or the first line of what is piped in. Never from the arguments
 * of a command, which every user of the machine can see. Throws a `CallerError` where there is none.
 */
export async function readPassword(
  input: Readable & { isTTY?: boolean },
  prompt: Writable,
  what = 'password',
): Promise<string> {
  const password = input.isTTY ? await askUnseen(input, prompt, what) : await firstLine(input);
  if (!password) throw new CallerError('invalid-request', `There is no ${what} on standard input.`);
  return password;
}

async function askUnseen(input: Readable, prompt: Writable, what: string): Promise<string> {
  prompt.write(`${what.charAt(0).toUpperCase()}${what.slice(1)}: `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: unseen, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    prompt.write('\n');
  }
}

async function firstLine(input: Readable): Promise<string | undefined> {
  for await (const line of readLines(input, longest)) return line;
  return undefined;
}
