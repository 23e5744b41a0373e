import { refuse } from './refuse.ts';
import { constantOf, type Fields, namesOf, openNode } from './syntax-tree.ts';

const most = 100_000;
const secondsOf: Record<string, number> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  mon: 2_592_000,
  year: 31_536_000,
  decade: 315_360_000,
};
const longestYears = 200;
/** No interval and no date that is meant as one is longer, and to look through one takes the square of its length. */
const longestText = 100;

/**
 * Refuses a generate_series that could have more than a hundred thousand rows. Bounds that come from the
 * data are taken as they are when nothing multiplies them.
 */
export function checkSeries(args: unknown[]): void {
  const [start, stop, step] = args;
  const by = step === undefined ? 1 : constantOf(step);
  if (typeof by === 'string') checkDates(start, stop, by);
  else checkNumbers(start, stop, by);
}

function checkNumbers(start: unknown, stop: unknown, by: unknown): void {
  const [from, to] = [constantOf(start), constantOf(stop)];
  if (typeof by !== 'number' || by === 0)
    refuse('series', 'Write the step of generate_series as a constant.');
  if (typeof from === 'number' && typeof to === 'number') {
    if ((to - from) / by >= most) tooMany();
    return;
  }
  if (typeof from === 'string' || typeof to === 'string')
    refuse('series', 'Give generate_series an interval as its step.');
  for (const bound of [start, stop]) checkBound(bound);
}

function checkDates(start: unknown, stop: unknown, by: string): void {
  const step = secondsIn(by);
  if (step === undefined || step < 1) {
    refuse('series', "Write the step of generate_series as one whole unit, such as interval '1 day'.");
  }
  const [from, to] = [dateOf(start), dateOf(stop)];
  if (from !== undefined && to !== undefined) {
    if ((to - from) / 1_000 / step >= most) tooMany();
    return;
  }
  if (step < 3_600)
    refuse('series', 'With bounds that are not constants, the step of generate_series is an hour or longer.');
  for (const bound of [start, stop]) checkBound(bound);
}

function tooMany(): never {
  refuse('series', `generate_series may have at most ${most} rows.`);
}

function secondsIn(interval: string): number | undefined {
  if (interval.length > longestText) return undefined;
  const [, count = '1', unit = ''] = /^\s*(\d+)?\s*([a-z]+?)s?\s*$/i.exec(interval) ?? [];
  const seconds = Object.hasOwn(secondsOf, unit.toLowerCase()) ? secondsOf[unit.toLowerCase()] : undefined;
  return seconds && seconds * Number(count);
}

function dateOf(bound: unknown): number | undefined {
  const text = constantOf(bound);
  const time =
    typeof text === 'string' && /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.slice(0, 10)) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** What may stand in a bound that is not a constant: nothing that makes a big number of a small one. */
const tame = new Set(
  `count min max avg now date date_trunc date_part extract timezone length char_length cardinality array_length
  jsonb_array_length floor ceil ceiling round trunc abs lower upper`.split(/\s+/),
);

function checkBound(bound: unknown): void {
  for (const { tag, fields } of nodesIn(bound)) {
    if (tag === 'A_Const') checkConstant(constantOf({ A_Const: fields }));
    const name = namesOf(fields.name ?? fields.funcname).at(-1) ?? '';
    if (tag === 'A_Expr' && /^(\*|\^|<<|\|\|)$/.test(name)) refuseBound();
    if (tag === 'FuncCall' && !tame.has(name)) refuseBound();
  }
}

function checkConstant(value: unknown): void {
  if (typeof value === 'string' && value.length > longestText) refuseBound();
  const numbers = typeof value === 'string' ? (value.match(/\d+/g) ?? []).map(Number) : [Number(value ?? 0)];
  const largest = typeof value === 'string' ? 9_999 : most;
  if (typeof value === 'string' && /inf/i.test(value)) refuseBound();
  if (numbers.some((number) => Math.abs(number) > largest)) refuseBound();
  const years = typeof value === 'string' ? /(\d+)\s*(year|decade|centur|millen)/i.exec(value) : null;
  if (years && (Number(years[1]) > longestYears || !/^year/i.test(years[2] ?? ''))) refuseBound();
}

function refuseBound(): never {
  refuse(
    'series',
    'The bounds of generate_series are constants or come from the data; nothing may multiply them.',
  );
}

function* nodesIn(value: unknown): Generator<{ tag: string; fields: Fields }> {
  if (Array.isArray(value)) for (const part of value) yield* nodesIn(part);
  else if (typeof value === 'object' && value !== null) {
    for (const [tag, part] of Object.entries(value)) {
      if (/^[A-Z]/.test(tag)) yield openNode({ [tag]: part });
      yield* nodesIn(part);
    }
  }
}
