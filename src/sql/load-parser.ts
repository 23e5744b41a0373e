import { setFlagsFromString } from 'node:v8';

export type Parser = typeof import('libpg-query');

let loading: Promise<Parser> | undefined;

/**
 * The parser of PostgreSQL's grammar, a megabyte and a half of WebAssembly, loaded once. All of it is compiled now, by the quick one of V8's compilers, and
 * stays as that makes it. Left to itself, V8 compiles what is called often a second time: for some seconds of a process's first turns
 * that takes 500 MB, and saves ten microseconds a statement afterwards.
 */
export function loadParser(): Promise<Parser> {
  loading ??= compileOnce();
  return loading;
}

async function compileOnce(): Promise<Parser> {
  const alive = setInterval(() => undefined, 1_000); // compiling in other threads keeps no process from ending
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  setFlagsFromString('--no-wasm-lazy-compilation'); // what is compiled later is compiled by the flags of then
  try {
    const parser = await import('libpg-query');
    await parser.loadModule();
    return parser;
  } finally {
    setFlagsFromString('--wasm-tier-up'); // as all three are by default
    setFlagsFromString('--wasm-dynamic-tiering');
    setFlagsFromString('--wasm-lazy-compilation');
    clearInterval(alive);
  }
}
