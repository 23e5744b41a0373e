import { createRequire } from 'node:module';
import type * as Prom from 'prom-client';

/**
 * What is used of Prometheus' client. Its own front door opens gateways, clusters and OpenTelemetry as well, which is eighty modules; it
 * is pinned to a version that has these.
 */
const load = createRequire(import.meta.url);

export const Counter = load('prom-client/lib/counter.js') as typeof Prom.Counter; // each file exports the class of its name
export const Gauge = load('prom-client/lib/gauge.js') as typeof Prom.Gauge; // as above
export const Histogram = load('prom-client/lib/histogram.js') as typeof Prom.Histogram; // as above
export const Registry = load('prom-client/lib/registry.js') as typeof Prom.Registry; // as above
export type Registry = Prom.Registry;
