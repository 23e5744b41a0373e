import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** From the top floor to the ground. A room may import from lower floors only. */
const floors: string[][] = [
  ['main.ts', 'cli.ts'],
  ['commands'],
  ['http'],
  ['eval'],
  ['app-context.ts'],
  ['turn'],
  ['handoff'],
  ['films', 'knowledge', 'account'],
  ['model', 'checkpoint', 'sql', 'queue', 'bus', 'store', 'identity', 'limits', 'mail'],
  ['usage', 'secrets', 'outbound'],
  ['audit'],
  ['db', 'metrics', 'yaml'],
  ['config.ts', 'log.ts', 'turn-event.ts'],
  ['config'],
  [
    'errors.ts',
    'message.ts',
    'tenancy.ts',
    'redact.ts',
    'printable.ts',
    'compile-cache.ts',
    'open-together.ts',
    'new-id.ts',
    'heap-bounds.ts',
  ],
];

/** The rooms that each package may be used in. */
const homes: Record<string, string[]> = {
  hono: ['http'],
  '@hono/zod-openapi': ['http'],
  '@hono/node-server': ['commands', 'http'],
  ws: ['http'],
  '@langchain/langgraph': ['app-context.ts', 'handoff', 'turn', 'checkpoint'],
  '@langchain/langgraph-checkpoint': ['checkpoint'],
  '@langchain/openai': ['model'],
  '@langchain/core': ['model', 'checkpoint'],
  langchain: ['model'],
  'pg-boss': ['queue'],
  kysely: [
    'app-context.ts',
    'db',
    'checkpoint',
    'turn',
    'films',
    'sql',
    'store',
    'queue',
    'handoff',
    'identity',
    'limits',
    'audit',
    'usage',
    'secrets',
    'model',
    'knowledge',
    'eval',
  ],
  pg: ['db', 'sql', 'bus'],
  redis: ['bus', 'limits'],
  'prom-client': ['metrics'],
  pgvector: ['films', 'store', 'knowledge', 'db'],
  'libpg-query': ['sql', 'eval'],
  '@electric-sql/pglite': ['db'],
  undici: ['outbound'],
  'ipaddr.js': ['outbound', 'limits'],
  standardwebhooks: ['turn'],
  '@modelcontextprotocol/sdk': ['http'],
  '@a2a-js/sdk': ['http'],
  commander: ['cli.ts', 'commands'],
  jose: ['identity'],
  '@node-rs/argon2': ['identity'],
  '@node-rs/bcrypt': ['identity'],
  nodemailer: ['mail'],
  'js-tiktoken': ['model', 'knowledge'],
  'pdfjs-dist': ['knowledge'],
  mammoth: ['knowledge'],
  exceljs: ['knowledge'],
  yauzl: ['knowledge'],
  cheerio: ['knowledge'],
  '@mozilla/readability': ['knowledge'],
  linkedom: ['knowledge'],
  'iconv-lite': ['knowledge'],
  chardet: ['knowledge'],
  unified: ['knowledge'],
  'remark-parse': ['knowledge'],
  'remark-gfm': ['knowledge'],
  'csv-parse': ['knowledge', 'eval'],
  'file-type': ['knowledge'],
  'robots-parser': ['knowledge'],
  'snowball-stemmers': ['knowledge'],
  stopword: ['knowledge'],
  eld: ['knowledge'],
  busboy: ['http'],
  'pure-rand': ['eval'],
  diff: ['eval'],
  'junit-report-builder': ['eval'],
  openevals: ['eval'],
  munkres: ['eval'],
  ajv: ['eval'],
  'ajv-formats': ['eval'],
  'csv-stringify': ['http', 'commands'],
};

interface Import {
  file: string;
  room: string;
  from: string;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...found].map(([, ...names]) => ({ file, room: roomOf(file), from: names.find(Boolean) ?? '' }));
}

function roomOf(file: string): string {
  return file.split(path.sep)[1] ?? '';
}

function floorOf(room: string): number {
  const floor = floors.findIndex((rooms) => rooms.includes(room));
  if (floor < 0) throw new Error(`src/${room} stands on no floor: add it to the list`);
  return floor;
}

/** The room of `src` that a relative import leads to. */
function target({ file, from }: Import): string | undefined {
  if (!from.startsWith('.')) return undefined;
  const to = path.relative(root, path.resolve(root, path.dirname(file), from));
  return to.startsWith('src') ? roomOf(to) : undefined;
}

const inside = sources('src').flatMap(importsOf);

test('imports point down: no room knows what stands above it or beside it', () => {
  const up = inside.filter((found) => {
    const to = target(found);
    return to !== undefined && to !== found.room && floorOf(to) <= floorOf(found.room);
  });
  expect(up.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
});

test('each library is used in its own rooms', () => {
  const astray = inside.filter(({ from, room }) => {
    const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] ?? '');
    return homes[name] !== undefined && !homes[name].includes(room);
  });
  expect(astray.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
});

test('tools use knowledge, films, account, sql, db and how a tool is defined', () => {
  const allowed =
    /^\.\.\/src\/(knowledge|films|account|sql|db)\/|^\.\.\/src\/(handoff\/define-tool|errors|message)\.ts$/;
  const astray = sources('tools')
    .flatMap(importsOf)
    .filter(({ from }) => from.startsWith('.') && !allowed.test(from));
  expect(astray.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
});

test('guards use how a guard is defined, and nothing else of the machine', () => {
  const allowed = /^\.\.\/src\/(handoff\/define-guard|model\/embedder)\.ts$/;
  const astray = sources('guards')
    .flatMap(importsOf)
    .filter(({ from }) => from.startsWith('.') && !allowed.test(from));
  expect(astray.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
});

test('only config reads the environment', () => {
  const readers = sources('src').filter((file) =>
    /process\.env/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(readers).toEqual(['src/config.ts']);
});

test('the machine knows no agent of the shelf by name', () => {
  const agents = readdirSync(path.join(root, 'agents')).map((file) => path.basename(file, '.md'));
  const machine = sources('src').filter((file) =>
    ['turn', 'handoff', 'model', 'checkpoint'].includes(roomOf(file)),
  );
  const knowing = machine.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return agents
      .filter((agent) => new RegExp(`(===|case) '${agent}'`).test(text))
      .map((agent) => `${file} knows ${agent}`);
  });
  expect(knowing).toEqual([]);
});
