import { Gauge, type Registry } from './prom-client.ts';

/** A number that is looked up when metrics are asked for; with a label, one number for each of its values. */
export type Watched = { name: string; help: string } & (
  | { read: () => number }
  | { label: string; read: () => Record<string, number> }
);

/** Adds numbers that are kept elsewhere. */
export function watchValues(registry: Registry, watched: Watched[]): void {
  for (const value of watched) {
    const { name, help } = value;
    new Gauge({
      name,
      help,
      labelNames: 'label' in value ? [value.label] : [],
      registers: [registry],
      collect() {
        if (!('label' in value)) return this.set(value.read());
        for (const [of, number] of Object.entries(value.read())) this.set({ [value.label]: of }, number);
      },
    });
  }
}
