import { citationsOf, isDecline } from '../../../handoff/citations/citation.ts';
import { splitSentences } from '../../../model/evidence/split-sentences.ts';
import type { TurnTranscript } from '../../transcript.ts';
import { statedIn } from '../stated-in.ts';
import { declinesInWords } from './declines-in-words.ts';

/**
 * Whether a turn's answer declines: the machine says so, or a guard held the question back; otherwise by its words, which are the
 * graph's own (`decline`) or common ones. An answer with citations does not decline. One that begins with `I cannot help` declines
 * whatever follows, unless it goes on with `but …`; one that does not know declines when it says at most one thing besides, such as what is
 * near; and one that declines further on only when it says nothing else.
 */
export function declines({ answer, metadata }: TurnTranscript, decline?: string): boolean {
  const message = { response_metadata: metadata };
  if (isDecline(message) || metadata.finish_reason === 'guard') return true;
  if (citationsOf(message).length > 0) return false;
  if (machine.test(answer.trim())) return true;
  const said = partsOf(statedIn(answer)).filter((part) => !isCourtesy(part));
  const kinds = said.map((part) => (isSame(part, decline) ? 'soft' : declinesInWords(part)));
  if (kinds.every((kind) => kind === undefined)) return false;
  const [, second] = said;
  const goesOn = second !== undefined && turning.test(second) && !isOffer(second);
  if (kinds[0] === 'hard' && !goesOn) return true;
  const others = said.filter((part, at) => kinds[at] === undefined && !isOffer(part));
  return others.length <= (kinds[0] === 'soft' ? 1 : 0);
}

/** What the machine and the offline model say in place of an answer. */
const machine = /^(?:This answer is withheld:|I am the offline model: no language model\b)/;

const turning = /^(?:but|however|though)\b/i;

/** Sentences, and the parts of those that have a `but`. */
function partsOf(text: string): string[] {
  return splitSentences(text).flatMap(({ text: sentence }) =>
    sentence.split(/[,;—–] ?(?=(?:but|however|though|aber|mais|pero)\b)/i).map((part) => part.trim()),
  );
}

function isSame(part: string, decline: string | undefined): boolean {
  if (decline === undefined) return false;
  const letters = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return ` ${letters(part)} `.includes(` ${letters(decline)} `);
}

function isCourtesy(part: string): boolean {
  return (
    /^(?:hi|hello|hey|(?:i'm |i am |we are )?(?:very |so |really )?(?:sorry|afraid)|unfortunately|i apologi[sz]e|my apologies|thanks?(?: you)?|thank you)\b[^.]{0,40}[.!,]?$/i.test(
      part.replace(/[’]/g, "'"),
    ) && declinesInWords(part) === undefined
  );
}

/** Says what else can be done, and tells nothing of what was asked. */
function isOffer(part: string): boolean {
  return (
    /[?？]$/.test(part) ||
    /^(?:(?:but|however|though)\b,? ?)?(?:(?:i|we)(?:'m| am|'re| are)? (?:can|could|would|will|only|happy|here|able|glad)|you (?:can|may|could|might)|please|try|feel free|let me|contact|ask|if you|would|for (?:that|this|help)|my (?:role|purpose|task|job)|one of my)\b/i.test(
      part.replace(/[’]/g, "'"),
    )
  );
}
