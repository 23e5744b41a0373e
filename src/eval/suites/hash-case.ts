import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit/canonical-json.ts';
import type { Json } from '../../message.ts';
import type { Case } from '../suite.ts';

/**
 * The hash of all that says what is asked and expected, as 16 hexadecimal digits: the graph, what the caller sets, the history without the ids
 * of its messages, and the turns. How a case is called, tagged and where it stands are no part of it, and neither is the order of keys.
 */
export function hashCase({ graph, configurable, history, turns }: Omit<Case, 'hash'>): string {
  const said = history.map(({ id: _, ...message }) => message);
  const asked = { graph, configurable, history: said, turns } as unknown as Json; // all of it was read from JSON
  return createHash('sha256').update(canonicalJson(asked)).digest('hex').slice(0, 16);
}
