import type { Bus } from '../bus/bus.ts';
import type { Metrics } from '../metrics/open-metrics.ts';

/** The same bus, whose notices are counted. */
export function countNotices(bus: Bus, { notices }: Metrics): Bus {
  return {
    ...bus,
    publish(notice) {
      notices.inc({ direction: 'told', type: notice.type });
      bus.publish(notice);
    },
    subscribe(hear, onGap) {
      return bus.subscribe(
        (notice) => {
          notices.inc({ direction: 'heard', type: notice.type });
          hear(notice);
        },
        () => {
          notices.inc({ direction: 'heard', type: 'gap' });
          onGap();
        },
      );
    },
  };
}
