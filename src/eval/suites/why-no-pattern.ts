import { runPatternOn } from './run-pattern.ts';

/**
 * Why a text cannot be used as a regular expression (of JavaScript, flag u); undefined where it can. It is tried on texts that are made of its
 * own letters, digits and blanks: one that goes on for a second there tries ways without end on answers too.
 */
export function whyNoPattern(pattern: string): string | undefined {
  try {
    return takesLong(pattern)
      ? 'the regular expression takes time without end on some texts: avoid a repetition within a repetition, such as (a+)+'
      : undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return `this is no regular expression: ${said.replace(/^.*\/u?: /, '')}`;
  }
}

/** Where the machine is busy, a good pattern may take long once: what counts is the second and longer time. */
function takesLong(pattern: string): boolean {
  const probes = probesOf(pattern);
  return [200, 1000].every((milliseconds) => runPatternOn(pattern, probes, milliseconds) === 'out-of-time');
}

/** Each letter many times, and the whole of its letters many times, with an end that fits nothing. */
function probesOf(pattern: string): string[] {
  const plain = pattern.replace(/\\./g, '').replace(/[^\p{L}\p{N}\s]/gu, '');
  const letters = [...new Set(['a', '0', ' ', ...plain])].slice(0, 20);
  const short = letters.flatMap((letter) => [letter.repeat(40), letter.repeat(200)]);
  return [...short, plain.repeat(10), 'a '.repeat(30), 'a1'.repeat(30)].map((text) => `${text}\u0000`);
}
