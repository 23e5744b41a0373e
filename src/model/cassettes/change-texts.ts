import type { Json } from '../../message.ts';

/** The same JSON with every text in it changed, names of members too, in the order in which it is written. */
export function changeTexts<Value extends Json>(value: Value, change: (text: string) => string): Value {
  return walk(value, change) as Value; // of the same shape
}

function walk(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [change(name), walk(member, change)]),
  );
}
