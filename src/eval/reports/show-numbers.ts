import type { Change, Rate } from '../comparison.ts';

/** `93.4 %`; whole percents without a fraction. */
export function percent(share: number): string {
  return `${decimals(share * 100, 1)} %`;
}

/** `+2.1` or `−2.1`, in points of a hundred. */
export function points(difference: number): string {
  return signed(difference * 100, (value) => decimals(value, 1));
}

export function signed(value: number, show: (size: number) => string): string {
  const size = show(Math.abs(value));
  return `${/[1-9]/.test(size) ? (value < 0 ? '−' : '+') : '±'}${size}`;
}

/** `12/14`; with repeats the sum of shares, `11.5/14`. */
export function passedOf({ passed, count }: Rate): string {
  return `${decimals(passed, 1)}/${decimals(count, 0)}`;
}

/** `840 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${decimals(milliseconds, milliseconds < 10 ? 1 : 0)} ms`;
  if (milliseconds < 59_950) return `${decimals(milliseconds / 1_000, 1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function dollars(amount: number): string {
  return `$${amount === 0 ? '0' : amount < 0.01 ? amount.toPrecision(2) : amount.toFixed(2)}`;
}

/** `2,400`, `2.4 M`. */
export function count(number: number): string {
  return number < 1_000_000
    ? Math.round(number).toLocaleString('en')
    : `${decimals(number / 1_000_000, 1)} M`;
}

/** `1 case`, `2 cases`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `−2.1 points (−4 to −0.2)`. */
export function changeOfRate({ difference }: Change): string {
  return `${points(difference.mean)} points (${points(difference.low)} to ${points(difference.high)})`;
}

/** A value of a metric in its own unit: times, tokens and dollars by their names, everything else a share or a count. */
export function metricValue(name: string, value: number): string {
  if (name === 'milliseconds' || name === 'firstTokenMs') return duration(value);
  if (name === 'dollars') return dollars(value);
  if (name === 'tokens') return count(value);
  if (name === 'modelCalls' || name === 'hops') return decimals(value, 2);
  return percent(value);
}

function decimals(value: number, most: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: most });
}
