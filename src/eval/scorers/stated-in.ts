/**
 * What an answer states: without the block at its end that begins a line with `Evidence:` and names what the answer rests on.
 */
export function statedIn(answer: string): string {
  const at = answer.search(/^[ \t]*(?:\*\*|__|#{1,6} )?Evidence:/m);
  return (at < 0 ? answer : answer.slice(0, at)).trim();
}
