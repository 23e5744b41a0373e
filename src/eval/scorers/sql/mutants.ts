import type { ScanToken } from 'libpg-query';
import type { Table } from './read-tables.ts';
import { type Edit, edited, type SqlText } from './sql-text.ts';

export interface Mutant {
  sql: string;
  /** The kind of mistake: `comparison`, `constant`, `count`, `distinct`, `join`, `logic`, `order`, `limit`, `set`, `case`, `nulls`, `aggregate`, `column`. */
  mistake: string;
}

/**
 * The statements next to a right one that a model writes by mistake, each with a single mistake. Some cannot run, and some mean the same as the
 * right one: who uses them finds out. At most so many of each kind as `most` says.
 */
export function mutantsOf(text: SqlText, tables: Table[], most = 12): Mutant[] {
  const { tokens, bytes } = text;
  const found = tokens.flatMap((token, at) => [
    ...tokenEdits(tokens, at).map(({ mistake, put }) => ({
      mistake,
      edits: [{ from: token.start, to: token.end, text: put }],
    })),
    ...spanEdits(tokens, at),
    ...countEdits(tokens, at, tables),
    ...columnEdits(tokens, at, tables),
  ]);
  const counts = new Map<string, number>();
  return found.flatMap(({ mistake, edits }) => {
    const number = (counts.get(mistake) ?? 0) + 1;
    counts.set(mistake, number);
    return number > most ? [] : [{ mistake, sql: edited(bytes, edits) }];
  });
}

interface Found {
  mistake: string;
  edits: Edit[];
}

const swaps: Record<string, { mistake: string; put: string[] }> = {
  '<': { mistake: 'comparison', put: ['<=', '>'] },
  '<=': { mistake: 'comparison', put: ['<', '>='] },
  '>': { mistake: 'comparison', put: ['>=', '<'] },
  '>=': { mistake: 'comparison', put: ['>', '<='] },
  '=': { mistake: 'comparison', put: ['<>', '>='] },
  '<>': { mistake: 'comparison', put: ['='] },
  '!=': { mistake: 'comparison', put: ['='] },
  and: { mistake: 'logic', put: ['or'] },
  or: { mistake: 'logic', put: ['and'] },
  asc: { mistake: 'order', put: ['desc'] },
  desc: { mistake: 'order', put: ['asc'] },
  min: { mistake: 'aggregate', put: ['max', 'avg'] },
  max: { mistake: 'aggregate', put: ['min', 'avg'] },
  sum: { mistake: 'aggregate', put: ['avg', 'count'] },
  avg: { mistake: 'aggregate', put: ['sum', 'max'] },
  ilike: { mistake: 'case', put: ['like'] },
  lower: { mistake: 'case', put: [''] },
  upper: { mistake: 'case', put: [''] },
  distinct: { mistake: 'distinct', put: [''] },
  intersect: { mistake: 'set', put: ['union'] },
  exists: { mistake: 'set', put: ['not exists'] },
};

function tokenEdits(tokens: ScanToken[], at: number): { mistake: string; put: string }[] {
  const token = tokens[at];
  const [word, before, after] = [
    token?.text.toLowerCase() ?? '',
    lower(tokens[at - 1]),
    lower(tokens[at + 1]),
  ];
  if (word === 'and' && tokens.slice(Math.max(0, at - 4), at).some((earlier) => lower(earlier) === 'between'))
    return [];
  if (word === 'distinct' && before === 'is') return [];
  const swap = swaps[word];
  if (swap) return swap.put.map((put) => ({ mistake: swap.mistake, put }));
  if (word === 'union') return after === 'all' ? [] : [{ mistake: 'set', put: 'union all' }];
  if (word === 'except') return [{ mistake: 'set', put: 'intersect' }];
  if (token?.tokenName === 'ICONST') {
    const mistake = before === 'limit' ? 'limit' : 'constant';
    return [1, -1]
      .map((by) => Number(word) + by)
      .filter((value) => value >= 0)
      .map((value) => ({ mistake, put: String(value) }));
  }
  if (token?.tokenName === 'SCONST') return constantEdits(token.text);
  return [];
}

/** Wildcards that are missing, another number in an interval, the next day. */
function constantEdits(text: string): { mistake: string; put: string }[] {
  const puts: string[] = [];
  if (text.startsWith("'%")) puts.push(`'${text.slice(2)}`);
  if (text.endsWith("%'")) puts.push(`${text.slice(0, -2)}'`);
  const count = /^'(\d+)( \w+)'$/.exec(text);
  if (count) puts.push(`'${Number(count[1]) + 1}${count[2]}'`);
  const date = /^'(\d{4}-\d{2}-\d{2})'$/.exec(text)?.[1];
  const time = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(time))
    puts.push(...[1, -1].map((days) => `'${new Date(time + days * 86_400_000).toISOString().slice(0, 10)}'`));
  return puts.map((put) => ({ mistake: 'constant', put }));
}

function spanEdits(tokens: ScanToken[], at: number): Found[] {
  const [token, next, third] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (!token || !next) return [];
  const pair = `${lower(token)} ${lower(next)}`;
  const replace = (mistake: string, text: string, last: ScanToken = next) => [
    { mistake, edits: [{ from: token.start, to: last.end, text }] },
  ];
  if (pair === 'left join') return replace('join', 'join');
  if (pair === 'is not' || pair === 'not in') return replace('logic', pair === 'is not' ? 'is' : 'in');
  if (pair === 'is null') return replace('logic', 'is not null');
  if (pair === 'not exists') return replace('logic', 'exists');
  if (pair === 'nulls last' || pair === 'nulls first') return replace('nulls', '');
  if (pair === 'select distinct' || !third) return [];
  if (pair === 'union all') return replace('set', 'union');
  if (
    lower(token) === 'join' &&
    !/^(left|right|full|inner|cross|natural|outer)$/.test(lower(tokens[at - 1]))
  ) {
    return [{ mistake: 'join', edits: [{ from: token.start, to: token.end, text: 'left join' }] }];
  }
  return lower(token) === 'select'
    ? [{ mistake: 'distinct', edits: [{ from: token.end, to: token.end, text: ' distinct' }] }]
    : [];
}

/** `count(*)` for `count(column)`, the other way around, and with and without `distinct`. */
function countEdits(tokens: ScanToken[], at: number, tables: Table[]): Found[] {
  const [token, open, first] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (!token || lower(token) !== 'count' || open?.text !== '(' || !first) return [];
  const close = tokens.slice(at + 2).find(({ text }) => text === ')');
  if (!close) return [];
  const inside = (text: string) => ({
    mistake: 'count',
    edits: [{ from: first.start, to: close.start, text }],
  });
  if (first.text === '*') {
    return tables.flatMap((table) =>
      table.columns
        .filter(({ nullable }) => nullable)
        .slice(0, 2)
        .map(({ name }) => inside(`${name}`)),
    );
  }
  if (lower(first) === 'distinct') return [];
  return [
    inside('*'),
    { mistake: 'count', edits: [{ from: first.start, to: first.start, text: 'distinct ' }] },
  ];
}

/** Another column of the same table and kind. */
function columnEdits(tokens: ScanToken[], at: number, tables: Table[]): Found[] {
  const token = tokens[at];
  if (
    !token ||
    !/^(IDENT|UNKNOWN)$/.test(token.tokenName) ||
    tokens[at + 1]?.text === '(' ||
    tokens[at + 1]?.text === '.'
  )
    return [];
  if (/^(RESERVED_KEYWORD|TYPE_FUNC_NAME_KEYWORD)$/.test(token.keywordName) || lower(tokens[at - 1]) === 'as')
    return [];
  const table = tables.find(({ columns }) => columns.some(({ name }) => name === lower(token)));
  const column = table?.columns.find(({ name }) => name === lower(token));
  if (!table || !column) return [];
  const others = table.columns.filter(
    ({ name, kind }) => name !== column.name && kind === column.kind && kind !== 'other',
  );
  return others.slice(0, 2).map(({ name }) => ({
    mistake: 'column',
    edits: [{ from: token.start, to: token.end, text: `"${name}"` }],
  }));
}

function lower(token: ScanToken | undefined): string {
  return token?.text.toLowerCase() ?? '';
}
