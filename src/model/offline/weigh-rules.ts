import { coveredShare } from './match-example.ts';
import { questionKinds } from './question-kinds.ts';
import { isRoutingWord, type Rule } from './read-rules.ts';
import { readLongTokens, readTokens, type Token } from './tokens.ts';

/**
 * What a rule counts beside the nearest question, which counts up to 1: by its words, and by the kinds of questions that it speaks of. Set
 * so that every edit of `test/model/offline/prompt-edits.ts` tells, and no question of the suites is lost.
 */
const weights = { words: 0.7, kinds: 0.9, all: 1, rest: 0.15 };

/** What an agent's rules say for giving it a question, less what they say against it. `known` is the question's `familiarity`. */
export function weighRules(question: string, rules: Rule[], known: number): number {
  const weigh = (against: boolean) =>
    weighSide(
      question,
      rules.filter((rule) => rule.against === against),
      known,
    );
  return weigh(false) - weigh(true);
}

/** Rules for whatever comes, and for questions of a kind, say nothing of a question about something that nobody here knows. */
function weighSide(question: string, rules: Rule[], known: number): number {
  const told = rules.filter(({ takes }) => takes === 'these');
  const text = told.map((rule) => rule.text).join('\n');
  const words = weights.words * wordShare(question, text);
  const kinds = weights.kinds * known * kindShare(question, text);
  const wide = rules.map(({ takes }) => (takes === 'these' ? 0 : weights[takes] * known));
  return Math.max(words + kinds, ...wide);
}

/**
 * From 0 to 1, how much of what a question is about comes up in some texts; half of it is enough. One that holds names and numbers alone
 * is half familiar.
 */
export function familiarity(question: string, texts: string[]): number {
  const plain = readTokens(question).filter((token) => token.kind === 'word' && token.weight === 1);
  const told = plain.filter(isNoKind);
  if (told.length === 0) return 0.5;
  const keys = new Set(texts.flatMap((text) => readLongTokens(text).map(({ key }) => key)));
  return Math.min(1, (2 * told.filter(({ key }) => keys.has(key)).length) / told.length);
}

function kindShare(question: string, text: string): number {
  const asked = [...questionKinds(question)];
  const told = questionKinds(text);
  return asked.length > 0 ? asked.filter((kind) => told.has(kind)).length / asked.length : 0;
}

function wordShare(question: string, text: string): number {
  const told = readLongTokens(text).filter(({ value }) => !isRoutingWord(value));
  return coveredShare(readTokens(question).filter(isNoKind), told);
}

/** `How many` is a kind, and counted as one. */
function isNoKind({ key }: Token): boolean {
  return key !== 'count';
}
