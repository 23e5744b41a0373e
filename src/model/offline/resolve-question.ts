import type { Embedder } from '../embedder.ts';
import { alignSlots } from './align-slots.ts';
import { coveredShare, fillAsk, matchExample, readAsk } from './match-example.ts';
import { isSame, readTokens, type Token } from './tokens.ts';
import { areOpposed } from './word-meanings.ts';

/** A question that an agent can be asked, and which of its slots take numbers alone. */
export interface Ask {
  ask: string;
  numeric: Set<string>;
}

/** How near an example must be for the offline model to act on it. */
export const nearEnough = 0.52;

const leansOnEarlier = /^(and|or|but|then|also|only|what about|how about|what if|same)\b/i;
const fewestEarlier = 4;

/**
 * The question as it would be asked without the conversation before it: "and longer than three hours?" becomes
 * what was asked before with three hours in it. It stays as it is where it can be understood alone, or not at all.
 */
export async function resolveQuestion(
  embedder: Embedder,
  asks: Ask[],
  earlier: string[],
  question: string,
): Promise<string> {
  let before: string | undefined;
  for (const asked of [...earlier.slice(-fewestEarlier), question]) {
    before = await resolveAfter(embedder, asks, before, asked);
  }
  return before ?? question;
}

async function resolveAfter(
  embedder: Embedder,
  asks: Ask[],
  before: string | undefined,
  asked: string,
): Promise<string> {
  if (before === undefined) return asked;
  if (!leansOnEarlier.test(asked.trim()) && (await isClearAlone(embedder, asks, asked))) return asked;
  const joined = await Promise.all(asks.map((ask) => joinWith(embedder, ask, before, asked)));
  const best = joined.reduce((one, other) => (other.score > one.score ? other : one), { score: 0, asked });
  return best.score >= nearEnough ? best.asked : asked;
}

async function isClearAlone(embedder: Embedder, asks: Ask[], asked: string): Promise<boolean> {
  const matches = await Promise.all(
    asks.map(({ ask, numeric }) => matchExample(embedder, ask, asked, numeric)),
  );
  return matches.some(({ score, obstacle }) => !obstacle && score >= nearEnough);
}

/** An ask filled from the new question first and the earlier one second: half its score is how well it fits each. */
async function joinWith(
  embedder: Embedder,
  { ask, numeric }: Ask,
  before: string,
  asked: string,
): Promise<{ score: number; asked: string }> {
  const nothing = { score: 0, asked };
  const tokens = readTokens(asked);
  const fresh = alignSlots(readAsk(ask), asked, tokens, numeric);
  const old = await matchExample(embedder, ask, before, numeric);
  const slots = { ...old.slots, ...fresh.slots };
  const filled = fillAsk(ask, slots);
  const filledTokens = readTokens(filled);
  const isFilled = [...ask.matchAll(/\{(\w+)\}/g)].every(([, slot = '']) => slots[slot]);
  const isHeld = tokens.every(
    (token) => token.kind === 'word' || filledTokens.some((other) => isSame(token, other)),
  );
  if (!isFilled || !isHeld || areOpposed(wordsOf(asked), wordsOf(filled))) return nothing;
  const saysNew = coveredShare(tokens, filledTokens) - plainShare(fresh.taken, tokens) / 2;
  return saysNew >= 0.4 ? { score: 0.5 * old.likeness + 0.5 * saysNew, asked: filled } : nothing;
}

/** How much of a question went into slots without being a name or a number: a slot takes any word. */
function plainShare(taken: Token[], tokens: Token[]): number {
  const weigh = (some: Token[]) => some.reduce((sum, { weight }) => sum + weight, 0);
  return weigh(taken.filter(({ kind }) => kind === 'word')) / (weigh(tokens) || 1);
}

function wordsOf(text: string): Set<string> {
  return new Set(readTokens(text).map(({ value }) => value.toLowerCase()));
}
