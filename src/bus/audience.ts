import type { Logger } from '../log.ts';
import type { Notice } from './bus.ts';

interface Hearer {
  hear: (notice: Notice) => void;
  onGap: () => void;
}

/** Who listens to the bus in this process. What a hearer throws is logged and keeps nobody else from hearing. */
export interface Audience {
  add(hear: Hearer['hear'], onGap: Hearer['onGap']): () => void;
  tell(notice: Notice): void;
  gap(): void;
}

export function openAudience(log: Logger): Audience {
  const hearers = new Set<Hearer>();

  function each(call: (hearer: Hearer) => void): void {
    for (const hearer of [...hearers]) {
      try {
        call(hearer);
      } catch (err) {
        log.error({ err }, 'a listener of the bus failed');
      }
    }
  }

  return {
    add(hear, onGap) {
      const hearer = { hear, onGap };
      hearers.add(hearer);
      return () => void hearers.delete(hearer);
    },
    tell: (notice) => each(({ hear }) => hear(notice)),
    gap: () => each(({ onGap }) => onGap()),
  };
}
