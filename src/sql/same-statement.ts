import { isDeepStrictEqual } from 'node:util';
import { parseStatement } from './parse-statement.ts';

const longest = 20_000;

/**
 * Whether two texts are one SELECT, but for white space, comments, the case of keywords and unquoted names, and the semicolon. Constants
 * count. False where one of them is no single SELECT.
 */
export async function isSameStatement(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([treeOf(one), treeOf(other)]);
  return first !== undefined && isDeepStrictEqual(first, second);
}

async function treeOf(text: string): Promise<unknown> {
  try {
    const { select } = await parseStatement(text, longest);
    return withoutPlaces(select);
  } catch {
    return undefined; // a `Refusal`: what cannot be parsed is the same as nothing
  }
}

/** Without where in the text each node stood. */
function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([field]) => field !== 'location');
  return Object.fromEntries(entries.map(([field, value]) => [field, withoutPlaces(value)]));
}
