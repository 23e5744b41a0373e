/** What a cell says; undefined where it is not what its column has. */
type ReadCell = (cell: string) => unknown;

const text: ReadCell = (cell) => cell;
const list: ReadCell = (cell) => parted(cell, '|');
const flag: ReadCell = (cell) => ({ true: true, false: false })[cell.toLowerCase()] ?? cell;
const number: ReadCell = (cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell));

/** The columns that a table of cases may have, by the path of the field. Lists are parted by `|`, tags by `;`; `\|` is a bar in a text. */
export const columns: Record<string, ReadCell> = {
  id: text,
  ask: text,
  tags: (cell) => parted(cell, ';'),
  gate: flag,
  graph: text,
  messages: json,
  turns: json,
  'expect.path': list,
  'expect.takenBy': list,
  'expect.calls': json,
  'expect.sql': text,
  'expect.rows': json,
  'expect.retrieval': list,
  'expect.documents': list,
  'expect.cites': list,
  'expect.grounded': flag,
  'expect.facts': list,
  'expect.not': list,
  'expect.matches': text,
  'expect.schema': json,
  'expect.refuses': flag,
  'expect.safe.leaks': list,
  'expect.safe.agents': list,
  'expect.safe.forbidden': json,
  'expect.safe.guard': text,
  'expect.state': json,
  'expect.judges': json,
  'expect.within.seconds': number,
  'expect.within.milliseconds': number,
  'expect.within.firstTokenMs': number,
  'expect.within.tokens': number,
  'expect.within.dollars': number,
  'expect.within.modelCalls': number,
  'expect.within.hops': number,
};

/** How the cells of a column are read; `configurable.` goes before any name. */
export function columnOf(name: string): ReadCell | undefined {
  if (/^configurable\.[^.]+$/.test(name)) return text;
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

function parted(cell: string, mark: '|' | ';'): string[] {
  const parts = cell.split(mark === '|' ? /(?<!\\)\|/ : ';');
  return parts.map((part) => part.replaceAll('\\|', '|').trim()).filter(Boolean);
}

function json(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}
