/** The same JSON with every half of a surrogate pair replaced by U+FFFD: providers refuse texts that hold one. */
export function wellFormed<Value>(value: Value): Value {
  return mend(value) as Value; // only texts change, and stay texts
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(mend);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), mend(inner)]));
}
