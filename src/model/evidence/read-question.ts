import { type AnswerKind, answerKindOf } from './answer-kind.ts';
import type { ReadPassage } from './read-passages.ts';
import { readWords, type Word } from './read-words.ts';

/** A word that a question turns on. */
export interface ToldWord {
  word: Word;
  /** How much it tells the passages apart; names and numbers count for more. */
  weight: number;
  /** The words of the passages that say the same, and how surely, up to 1. */
  alike: ReadonlyMap<string, number>;
}

export interface Question {
  text: string;
  kind: AnswerKind;
  keys: ReadonlySet<string>;
  told: ToldWord[];
}

/** Words that ask for a thing rather than name it: an answer seldom repeats them. */
const askingWords = new Set(
  `type types kind kinds sort name names named call called term terms word words year years date day month time century
  decade people person someone anyone thing things happen happens happened example examples part main number amount
  percentage percent reason reasons way ways place located location country city state long old far big begin began start
  started end ended found consider considered know known refer referred refers describe described become became take took taken go
  went goes come came show shown say says said accord according want wanted try tried think thought help first
  setting`.split(/\s+/),
);

/** Without spaces, what asks would be read together with what is asked for. */
const chineseAsking =
  /什么是|是什么|为什么|为何|什么时候|什么|怎么样|怎么|怎样|如何|哪里|哪儿|哪个|哪些|何时|多少|多久|请问|可以|能否|是否|吗|呢/g;

const weights = { little: 0.1, asking: 0.25, named: 1.3 };
const likeness = 0.7;

/**
 * Reads a question against the passages at hand: a word weighs by how few of their sentences have it (inverse
 * document frequency after Robertson and Spärck Jones, scaled to 1).
 */
export function readQuestion(text: string, passages: ReadPassage[]): Question {
  const words = readWords(text.replaceAll(chineseAsking, ' '));
  const telling = words.filter(({ little }) => !little);
  const vocabulary = new Set(passages.flatMap(({ keys }) => [...keys]));
  const rarity = rarityIn(passages);
  const told = (telling.length > 0 ? telling : words).map((word) => ({
    word,
    weight: weightOf(word, rarity),
    alike: alikeIn(word, vocabulary),
  }));
  return { text, kind: answerKindOf(text), keys: new Set(words.map(({ key }) => key)), told };
}

/** How surely a set of words says what a question's word says. */
export function metIn({ alike }: ToldWord, keys: ReadonlySet<string>): number {
  let best = 0;
  for (const [key, credit] of alike) if (credit > best && keys.has(key)) best = credit;
  return best;
}

function weightOf(word: Word, rarity: (key: string) => number): number {
  const plain = word.little
    ? weights.little
    : askingWords.has(word.folded)
      ? weights.asking
      : rarity(word.key);
  return word.kind === 'word' ? plain : plain * weights.named;
}

function rarityIn(passages: ReadPassage[]): (key: string) => number {
  const sentences = passages.flatMap((passage) => passage.sentences);
  const having = new Map<string, number>();
  for (const { keys } of sentences) for (const key of keys) having.set(key, (having.get(key) ?? 0) + 1);
  const rarity = (count: number) => Math.log(1 + (sentences.length - count + 0.5) / (count + 0.5));
  return (key) => rarity(having.get(key) ?? 0) / rarity(0);
}

function alikeIn({ key, kind }: Word, vocabulary: ReadonlySet<string>): ReadonlyMap<string, number> {
  const alike = new Map<string, number>();
  if (vocabulary.has(key)) alike.set(key, 1);
  if (kind === 'number') return alike;
  for (const other of vocabulary) if (other !== key && sharesRoot(key, other)) alike.set(other, likeness);
  return alike;
}

/** Whether two stems begin alike for most of their length, as those of `invaded` and `invasion` do. */
function sharesRoot(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  if (shorter < 4 || /\p{N}/u.test(one + other)) return false;
  let same = 0;
  while (same < shorter && one[same] === other[same]) same += 1;
  return same >= 4 && same >= 0.65 * Math.max(one.length, other.length);
}
