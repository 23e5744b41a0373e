/** Nano-dollars in a dollar. Money is counted in whole nano-dollars: the cheapest tokens cost some tens of them. */
const inDollar = 1_000_000_000n;

/** Dollars, as people write them (`0.50`, `.5`, `12`), in nano-dollars; undefined where it is no such text. */
export function parseDollars(text: string): bigint | undefined {
  const [, whole = '', part = ''] = /^\$?(\d{0,9})(?:\.(\d{0,9}))?$/.exec(text.trim()) ?? [];
  if (whole === '' && part === '') return undefined;
  return BigInt(whole || '0') * inDollar + BigInt(part.padEnd(9, '0'));
}

/** A decimal number of dollars with at most nine places after the point, in nano-dollars. */
export function toNano(dollars: number): bigint {
  return BigInt(dollars.toFixed(9).replace('.', ''));
}

/** Nano-dollars as dollars, exact, with two places after the point or as many as it takes: `0.0125`. */
export function showDollars(nano: bigint | number): string {
  const value = BigInt(nano);
  const [sign, size] = value < 0n ? ['-', -value] : ['', value];
  const places = (size % inDollar).toString().padStart(9, '0').replace(/0+$/, '').padEnd(2, '0');
  return `${sign}${size / inDollar}.${places}`;
}
