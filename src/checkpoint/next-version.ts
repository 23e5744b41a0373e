import { randomUUID } from 'node:crypto';

/**
 * Makes the versions of channels: `00000012.9f3ac01b2d`, an eight-digit counter and a random part, so that
 * two branches of a thread never use one version for two values. They compare as strings do.
 *
 * LangGraph versions all channels of a step in one go and compares versions across channels to see what ran
 * together, so every version made before control returns to the event loop has the same random part.
 */
export function makeVersioning(): (current: string | number | undefined) => string {
  let part: string | undefined;
  return (current) => {
    if (!part) {
      part = randomUUID().slice(-10); // random digits, from a store that Node fills for many at once
      queueMicrotask(() => {
        part = undefined;
      });
    }
    const count = Number.parseInt(String(current ?? 0), 10) + 1;
    return `${String(count).padStart(8, '0')}.${part}`;
  };
}
