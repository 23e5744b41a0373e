import type { Metrics } from '../metrics/open-metrics.ts';
import type { CallEnd } from './settle-calls.ts';

const nanoInDollar = 1e9;

/** Counts what a call took, by model. */
export function countCall(metrics: Metrics, took: CallEnd['took']): void {
  if (!took) return;
  const { provider, usage, cost } = took;
  const model = metrics.modelNames(provider === took.model ? provider : `${provider}:${took.model}`);
  metrics.usageTokens.inc({ model, direction: 'input' }, usage.input_tokens);
  metrics.usageTokens.inc({ model, direction: 'output' }, usage.output_tokens);
  if (cost !== undefined) metrics.usageCost.inc({ model }, Number(cost) / nanoInDollar);
}
