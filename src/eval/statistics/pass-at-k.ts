import { logChoose } from './log-factorial.ts';

/**
 * The chance that at least one of `k` repeats of a case passes, estimated without bias from `passed` of `repeats` (Chen et al.,
 * "Evaluating Large Language Models Trained on Code", 2021, section 2.1). Throws a `RangeError` where k is more than the repeats.
 */
export function passAtK(repeats: number, passed: number, k: number): number {
  checkCounts(repeats, passed, k);
  const failed = repeats - passed;
  return failed < k ? 1 : 1 - Math.exp(logChoose(failed, k) - logChoose(repeats, k));
}

/**
 * The chance that all of `k` repeats of a case pass: pass^k (Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World
 * Domains", 2024, section 4). Throws a `RangeError` where k is more than the repeats.
 */
export function passHatK(repeats: number, passed: number, k: number): number {
  checkCounts(repeats, passed, k);
  return passed < k ? 0 : Math.exp(logChoose(passed, k) - logChoose(repeats, k));
}

function checkCounts(repeats: number, passed: number, k: number): void {
  const whole = [repeats, passed, k].every(Number.isInteger);
  if (!whole || passed < 0 || passed > repeats || k < 1 || k > repeats)
    throw new RangeError(`${k} of ${repeats} repeats, of which ${passed} passed, cannot be.`);
}
