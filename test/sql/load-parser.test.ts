import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../support/start-process.ts';

const run = promisify(execFile);
const loader = path.join(root, 'src/sql/load-parser.ts');

/** What V8 says of each function that it compiles in a process that parses a statement three thousand times, and then goes on. */
async function compiledWhile(andThen = ''): Promise<string[]> {
  const program = `
    const { loadParser } = await import(${JSON.stringify(loader)});
    const { parseSync, fingerprintSync } = await loadParser();
    for (let time = 0; time < 3_000; time++) {
      parseSync('select count(*) + ' + time + ' from film where length > 120');
      fingerprintSync('select title from film order by 1 limit ' + time);
    }
    ${andThen}`;
  const args = ['--trace-wasm-compilation-times', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 26 });
  return stdout.split('\n').filter((line) => line.startsWith('Compiled function'));
}

const isOptimized = (line: string) => line.includes('using TurboFan');

test('the parser is compiled once and never optimized', async () => {
  const compiled = await compiledWhile();
  expect(compiled.length).toBeGreaterThan(500);
  expect(compiled.filter(isOptimized)).toEqual([]);
}, 30_000);

test('what is loaded after it is optimized as ever', async () => {
  // (func (export "sum") (param i32) (result i32) …): the sum of all numbers up to one
  const sum = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x07, 0x01, 0x03, 0x73, 0x75, 0x6d, 0x00, 0x00],
    [0x0a, 0x1b, 0x01, 0x19, 0x01, 0x01, 0x7f, 0x03, 0x40, 0x20, 0x01, 0x20, 0x00, 0x6a, 0x21, 0x01, 0x20],
    [0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b, 0x20, 0x01, 0x0b],
  ].flat();
  const compiled = await compiledWhile(`
    const { instance } = await WebAssembly.instantiate(new Uint8Array(${JSON.stringify(sum)}));
    for (let time = 0; time < 2_000; time++) instance.exports.sum(100_000);`);
  expect(compiled.filter(isOptimized)).not.toEqual([]);
}, 30_000);
