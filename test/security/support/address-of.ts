import type { Known } from './arbitrary-of.ts';
import type { Operation } from './operations.ts';

/** The path and query of an operation with these parameters. */
export function addressOf(
  { params, path }: Pick<Operation, 'params' | 'path'>,
  given: Record<string, unknown>,
): string {
  const at = path.replace(/\{(\w+)\}/g, (_, name: string) => segment(given[name]));
  const query = params
    .filter((param) => param.in === 'query' && given[param.name] !== undefined)
    .map(({ name }) => `${name}=${encodeURIComponent(textOf(given[name]))}`);
  return query.length > 0 ? `${at}?${query.join('&')}` : at;
}

/** The first that is known of each of an operation's parameters in the path. */
export function knownParams({ params }: Pick<Operation, 'params'>, known: Known): Record<string, unknown> {
  const inPath = params.filter((param) => param.in === 'path');
  return Object.fromEntries(inPath.map(({ name }) => [name, known(name)[0] ?? 'x']));
}

/** Short enough for the head of a request, and never dots alone, which a URL has another meaning for. */
function segment(value: unknown): string {
  const text = encodeURIComponent(textOf(value));
  return /^\.{0,2}$/.test(text) ? 'x' : text;
}

export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.toWellFormed().slice(0, 1_000).toWellFormed();
}
