import { isSame, type Token } from './tokens.ts';

/** An example's question, cut at its slots. */
export type AskPart = { literal: Token } | { slot: string };

export interface Alignment {
  /** What each slot stands for in the question; slots that found nothing are absent. */
  slots: Record<string, string>;
  /** The slots beside which the two questions say the same: what they took is probably in its place. */
  anchored: Set<string>;
  /** The tokens that went into slots. */
  taken: Token[];
  /** The tokens of the question that neither met a word of the example nor went into a slot. */
  left: Token[];
}

interface Path {
  score: number;
  step?: Step;
}
/** What the best path does at one place: what it takes, and whether that met something. */
interface Step {
  parts: number;
  tokens: number;
  slot?: string;
  met: boolean;
  /** How much the word says that it takes, or leaves out. */
  weight: number;
}

const longestSlot = 16;

/**
 * Lays an example's question over a user's, word by word and in order, so that what is said alike meets and
 * slots take what stands in their place: the highest-scoring alignment, by dynamic programming after Needleman and
 * Wunsch (1970), where a slot may take several words. `numeric` names the slots that take numbers alone.
 */
export function alignSlots(
  parts: AskPart[],
  text: string,
  question: Token[],
  numeric: Set<string>,
): Alignment {
  const table = fillTable(parts, question, numeric);
  const slots: Record<string, string> = {};
  const inSlots: Token[] = [];
  const left: Token[] = [];
  const walk: Step[] = [];
  let [part, token] = [0, 0];
  for (let step = table[0]?.[0]?.step; step; step = table[part]?.[token]?.step) {
    const taken = question.slice(token, token + step.tokens);
    walk.push(step);
    if (step.slot) {
      slots[step.slot] = writtenAs(taken, text);
      inSlots.push(...taken);
    } else if (!step.met) left.push(...taken);
    part += step.parts;
    token += step.tokens;
  }
  return { slots, anchored: anchoredSlots(walk), taken: inSlots, left };
}

/**
 * The slots from which a met word is reached, before or behind, with nothing of weight on the way. What only the
 * example has in front of a slot may be what the slot holds, as in `the film {title}`, but not a preposition.
 */
function anchoredSlots(walk: Step[]): Set<string> {
  const isAnchor = (step: Step | undefined) => step?.met && !step.slot;
  const names = walk.flatMap(({ slot }, at) => {
    const before = walk
      .slice(0, at)
      .findLast(
        ({ met, tokens, weight }) => met || (tokens === 0 ? weight > 0.1 && weight < 1 : weight > 0.5),
      );
    const behind = walk
      .slice(at + 1)
      .find(({ met, tokens, weight }) => met || weight > (tokens === 0 ? 0.1 : 0.5));
    return slot && (isAnchor(before) || isAnchor(behind)) ? [slot] : [];
  });
  return new Set(names);
}

/** What a run of tokens says: as it was written, without quotation marks or a possessive ending. */
export function writtenAs(tokens: Token[], text: string): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last) return '';
  if (first === last) return first.value;
  return text.slice(first.start, last.end).replace(/['’]s$/, '');
}

/** `table[p][t]` is the best way to align the parts from `p` with the tokens from `t`. */
function fillTable(parts: AskPart[], question: Token[], numeric: Set<string>): Path[][] {
  const table: Path[][] = Array.from({ length: parts.length + 1 }, () => []);
  for (let part = parts.length; part >= 0; part -= 1) {
    for (let token = question.length; token >= 0; token -= 1) {
      const options = stepsAt(parts[part], question, token, numeric).map(({ gain, step }) => ({
        score: gain + (table[part + step.parts]?.[token + step.tokens]?.score ?? 0),
        step,
      }));
      const row = table[part];
      if (row) row[token] = options.reduce<Path>(better, { score: Number.NEGATIVE_INFINITY });
      if (row && options.length === 0) row[token] = { score: 0 };
    }
  }
  return table;
}

function better(best: Path, option: Path): Path {
  return option.score > best.score ? option : best;
}

function stepsAt(
  part: AskPart | undefined,
  question: Token[],
  at: number,
  numeric: Set<string>,
): { gain: number; step: Step }[] {
  const token = question[at];
  const steps: { gain: number; step: Step }[] = [];
  if (part && 'literal' in part) {
    if (token && isSame(part.literal, token)) {
      steps.push({
        gain: 2 * part.literal.weight,
        step: { parts: 1, tokens: 1, met: true, weight: part.literal.weight },
      });
    }
    steps.push({
      gain: -0.3 * part.literal.weight,
      step: { parts: 1, tokens: 0, met: false, weight: part.literal.weight },
    });
  } else if (part) {
    steps.push(...slotSteps(part.slot, question, at, numeric));
    steps.push({ gain: -1, step: { parts: 1, tokens: 0, met: false, weight: 0 } });
  }
  if (token)
    steps.push({
      gain: costOfLeaving(token),
      step: { parts: 0, tokens: 1, met: false, weight: token.weight },
    });
  return steps;
}

function costOfLeaving({ kind, weight }: Token): number {
  return kind === 'word' ? -0.3 * weight : -0.9;
}

function slotSteps(slot: string, question: Token[], at: number, numeric: Set<string>) {
  const most = Math.min(numeric.has(slot) ? 1 : longestSlot, question.length - at);
  return Array.from({ length: most }, (_, index) => {
    const taken = question.slice(at, at + index + 1);
    return {
      gain: gainOfSlot(taken, numeric.has(slot)),
      step: { parts: 1, tokens: taken.length, slot, met: true, weight: 0 },
    };
  }).filter(({ gain }) => gain > Number.NEGATIVE_INFINITY);
}

/** Quoted texts and names are what slots are for; a run of plain words should begin and end with one that says something. */
function gainOfSlot(taken: Token[], isNumeric: boolean): number {
  const [first, last] = [taken[0], taken.at(-1)];
  if (!first || !last) return Number.NEGATIVE_INFINITY;
  if (isNumeric) return first.kind === 'number' ? 1.5 : Number.NEGATIVE_INFINITY;
  if (taken.length === 1 && first.kind === 'quoted') return 2;
  if (taken.some(({ kind }) => kind === 'quoted')) return -1;
  const ragged = (first.weight < 1 ? 0.6 : 0) + (last.weight < 1 ? 0.6 : 0);
  const names = taken.filter(({ kind }) => kind === 'name').length;
  const told = taken.filter(({ weight }) => weight === 1).length;
  if (names > 0 && names === told) return 1 + 0.3 * names - ragged;
  return 0.1 * told + 0.3 * names - ragged - 0.1 * (taken.length - told);
}
