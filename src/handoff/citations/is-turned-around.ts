import { splitSentences } from '../../model/evidence/split-sentences.ts';
import { bearOut, type Claim } from './claim.ts';
import { denies } from './denies.ts';
import { readEvidence, type WordEvidence } from './word-evidence.ts';

/** A sentence of a passage: what it says, and whether it denies it. */
export interface PassageSentence extends WordEvidence {
  text: string;
  denies: boolean;
}

/** A sentence with so many of a statement's words is about the same. */
const sameMatter = 0.85;

export function readSentences(text: string, language: string): PassageSentence[] {
  return splitSentences(text).map((sentence) => ({
    ...readEvidence(sentence.text, language),
    text: sentence.text,
    denies: denies(sentence.text),
  }));
}

/** Whether a statement denies what the sentences about the same matter say, or says what they deny: employees may, and may not. */
export function isTurnedAround(statement: string, claim: Claim, sentences: PassageSentence[]): boolean {
  if (claim.told < 2) return false;
  const about = sentences.filter((sentence) => {
    const { missing, share } = bearOut(claim, sentence);
    return missing.length === 0 && share >= sameMatter;
  });
  return about.length > 0 && about.every((sentence) => sentence.denies !== denies(statement));
}
