import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** What the process holds, in bytes, when all is gone that nobody holds: objects, buffers and the memory of WebAssembly. */
export function heldMemory(): number {
  collect ??= openCollector();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function openCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // which the flag makes
}
