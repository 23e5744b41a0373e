import type { Readable } from 'node:stream';

const newline = 0x0a;

/**
 * The lines of a stream, without their ends, one at a time and in constant memory: a line longer than
 * `longest` bytes is skipped and comes as `undefined`.
 */
export async function* readLines(input: Readable, longest: number): AsyncGenerator<string | undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer) => {
    size += part.length;
    if (size <= longest) parts.push(part);
    else parts = [];
  };
  const take = () => {
    const line = size > longest ? undefined : Buffer.concat(parts).toString().replace(/\r$/, '');
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of input) {
    let rest = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      add(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    add(rest);
  }
  if (size > 0) yield take();
}
