import { createHash } from 'node:crypto';
import type { ModelName } from '../config/model-name.ts';
import type { Rates } from '../usage/cost-of.ts';
import { toNano } from '../usage/dollars.ts';
import type { PricesSection } from './price-schema.ts';

export interface Price {
  rates: Rates;
  /** The most tokens that one reply may have while a budget holds. */
  maxOutput?: number;
}

/** What a model costs on a day; undefined where nothing says so. */
export type PriceTable = (name: ModelName, at: Date) => Price | undefined;

type Entry = Extract<PricesSection[string], unknown[]>[number];

/** Reads the `prices` of a project. Of the names that fit a model the longest counts, and `default` where none does; the offline models are free then. */
export function openPriceTable(section: PricesSection): PriceTable {
  const names = Object.entries(section)
    .filter(([name]) => name !== 'default')
    .map(([name, entries]) => ({ name, fits: toPattern(name), dated: toDated(name, entries) }))
    .sort((a, b) => b.name.replaceAll('*', '').length - a.name.replaceAll('*', '').length);
  const others = toDated('default', section.default ?? []);
  return ({ provider, model }, at) => {
    const asked = provider === model ? model : `${provider}:${model}`;
    const day = at.toISOString().slice(0, 10);
    const dated = names.find(({ fits }) => fits(asked))?.dated ?? (isOurs(provider) ? free : others);
    return dated.find(({ from }) => from <= day)?.price;
  };
}

/** Nobody is asked for them. */
function isOurs(provider: string): boolean {
  return provider === 'offline' || provider === 'local';
}

const free = toDated('free', { input: 0, output: 0 });

/** The newest first; one without a day holds since ever. */
function toDated(name: string, entries: PricesSection[string] | never[]): { from: string; price: Price }[] {
  return [entries]
    .flat()
    .map((entry) => ({ from: entry.from ?? '', price: toPrice(name, entry) }))
    .sort((a, b) => (a.from < b.from ? 1 : -1));
}

function toPrice(name: string, entry: Entry): Price {
  const { input, output, cachedInput, cacheWrite, audioInput, reasoning, audioOutput, maxOutput } = entry;
  return {
    rates: {
      version: versionOf(name, entry),
      input: toNano(input),
      cachedInput: toNano(cachedInput ?? input),
      cacheWrite: toNano(cacheWrite ?? input),
      audioInput: toNano(audioInput ?? input),
      output: toNano(output),
      reasoning: toNano(reasoning ?? output),
      audioOutput: toNano(audioOutput ?? output),
    },
    ...(maxOutput !== undefined && { maxOutput }),
  };
}

/** The day may stay the same when somebody mends a figure: the hash does not. */
function versionOf(name: string, { maxOutput: _, ...rates }: Entry): string {
  const hash = createHash('sha256').update(JSON.stringify(rates)).digest('hex').slice(0, 8);
  return `${name}@${rates.from ?? 'ever'}#${hash}`;
}

/** Whether a name fits, with `*` for any text. In time that grows with the length of the name alone. */
function toPattern(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  return (name) => {
    if (last === undefined) return name === first;
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
      return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}
