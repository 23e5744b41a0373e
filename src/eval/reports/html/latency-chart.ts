import { duration } from '../show-numbers.ts';
import { type Html, html } from './html.ts';

const width = 260;
const height = 40;
const bins = 40;

/** How times are spread, as bars from 0 to `longest`; what is longer counts in the last one. All in milliseconds. */
export function latencyChart(times: number[], longest: number): Html {
  const counts = Array.from({ length: bins }, () => 0);
  for (const time of times) {
    const at = Math.min(bins - 1, Math.floor((time / longest) * bins));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const step = width / bins;
  const told = `${times.length} attempts from ${duration(Math.min(...times))} to ${duration(Math.max(...times))}`;
  return html`<svg class="bars" role="img" aria-label="${told}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<line class="grid" x1="0" x2="${width}" y1="${height - 0.5}" y2="${height - 0.5}"/>
${counts.map((count, at) => {
  const size = (count / most) * (height - 4);
  return (
    count > 0 &&
    html`<rect x="${(at * step).toFixed(1)}" y="${(height - size - 1).toFixed(1)}" width="${(step - 1).toFixed(1)}" height="${size.toFixed(1)}"/>`
  );
})}</svg>`;
}
