import type { Rate } from '../../comparison.ts';
import { percent } from '../show-numbers.ts';
import { type Html, html } from './html.ts';

const width = 260;
const margin = 8;

/** From where to where a chart of rates goes, from 0 to 1. */
export interface Scale {
  from: number;
}

/** The scale that all intervals fit on: it ends at 1 and begins at a full tenth. */
export function scaleFor(rates: Rate[]): Scale {
  const least = Math.min(0.9, ...rates.flatMap(({ count, low }) => (count > 0 ? [low] : [])));
  return { from: Math.floor(least * 10) / 10 };
}

/** A rate as a point on its interval, with the one before as a ring above it. */
export function rateChart(now: Rate, before: Rate | undefined, scale: Scale): Html {
  const height = before ? 34 : 22;
  const told = [before && `before ${tell(before)}`, `${before ? 'now ' : ''}${tell(now)}`].filter(Boolean);
  return html`<svg class="rate" role="img" aria-label="${told.join(', ')}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${[0, 0.5, 1].map((part) => html`<line class="grid" x1="${place(part)}" x2="${place(part)}" y1="0" y2="${height}"/>`)}
${before && before.count > 0 && mark(before, 10, scale, 'before')}
${now.count > 0 && mark(now, before ? 24 : 11, scale, 'now')}</svg>`;
}

/** The ends and the middle of the scale, to stand above charts. */
export function rateAxis({ from }: Scale): Html {
  return html`<span class="axis" aria-hidden="true">${[from, (from + 1) / 2, 1].map((part) => html`<span>${percent(part)}</span>`)}</span>`;
}

function mark({ passed, count, low, high }: Rate, y: number, { from }: Scale, kind: string): Html {
  const at = (share: number) => place((share - from) / (1 - from));
  return html`<g class="${kind}"><line x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/><circle cx="${at(passed / count)}" cy="${y}" r="4.5"/></g>`;
}

function place(part: number): string {
  return (margin + Math.max(0, Math.min(1, part)) * (width - 2 * margin)).toFixed(1);
}

function tell({ passed, count, low, high }: Rate): string {
  return count === 0 ? 'not scored' : `${percent(passed / count)} (${percent(low)} to ${percent(high)})`;
}
