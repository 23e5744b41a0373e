import { strangeAddresses } from './addresses.ts';
import { bearOut, readClaim } from './claim.ts';
import { isTurnedAround } from './is-turned-around.ts';
import { type Answer, type Ground, leastShare, type Statement } from './read-answer.ts';
import { joinEvidence, type WordEvidence } from './word-evidence.ts';

/** Why a statement may not stand: it cites nothing that was found, or its passages do not say it. */
export type Fault = 'uncited' | 'unsupported';

/** A statement that may not stand; `missing` are numbers, names and addresses that its passages do not have. */
export interface Faulty {
  statement: Statement;
  fault: Fault;
  missing: string[];
}

/** An answer that was looked at. */
export interface Checked {
  answer: Answer;
  faulty: Faulty[];
  /** Whether it may be given as it is: nothing in it is faulty or made up, and it says something that counts. */
  passes: boolean;
}

/** Judges statements that cite what was found: gives those that their passages do not support. */
export type Judge = (statements: Statement[], ground: Ground) => Promise<Faulty[]> | Faulty[];

/** Holds an answer against what its turn found. */
export async function checkAnswer(answer: Answer, ground: Ground, judge: Judge): Promise<Checked> {
  const stated = answer.statements.filter(({ part }) => part === 'stated');
  const uncited = stated.filter(({ by }) => by.length === 0);
  const cited = stated.filter(({ by }) => by.length > 0);
  const astray = cited.flatMap((statement) => leadingAstray(statement, ground));
  const gone = new Set(astray.map(({ statement }) => statement));
  const left = cited.filter((statement) => !gone.has(statement));
  const unsupported = left.length > 0 ? await judge(left, ground) : [];
  const faulty = [
    ...uncited.map((statement): Faulty => ({ statement, fault: 'uncited', missing: [] })),
    ...astray,
    ...unsupported,
  ];
  const invents = answer.statements.some(({ unknown }) => unknown.length > 0);
  const counts = answer.statements.some(({ part }) => part !== 'frame');
  return { answer, faulty, passes: faulty.length === 0 && !invents && counts };
}

/** A statement with an address that neither its passages nor the user name, whoever judges the rest. */
function leadingAstray(statement: Statement, { addresses, known }: Ground): Faulty[] {
  const there = statement.by.map((id) => addresses.get(id) ?? new Set<string>());
  const missing = strangeAddresses(statement.unit.text, known.askedAddresses, ...there);
  return missing.length > 0 ? [{ statement, fault: 'unsupported', missing }] : [];
}

/** That a passage was found and is cited is enough. */
export function judgeNothing(): Faulty[] {
  return [];
}

/**
 * By the words: the passages that are cited for a statement have, together, all of its numbers, names and dates, and of its other words
 * the share `leastShare`; and they do not say the opposite, as far as words that deny tell. Takes time in proportion to the words of the
 * statements and of what they cite.
 */
export function judgeByWords(statements: Statement[], { passages, sentences, found }: Ground): Faulty[] {
  return statements.flatMap((statement) => {
    const { unit, by } = statement;
    const evidence = by.map((id) => passages.get(id)).filter((one) => one !== undefined);
    const languages = [...new Set(by.map((id) => found.passages.get(id)?.language ?? 'und'))];
    const [only] = evidence;
    const together = only && evidence.length === 1 ? only : joinEvidence(evidence);
    const claim = readClaim(unit.text, languages);
    const { missing, share } = bearOut(claim, together);
    const fault = { statement, fault: 'unsupported' as const, missing };
    if (missing.length > 0 || share < leastShare) return [fault];
    if (clausesOf(unit.text).some((clause) => !isBorneOut(clause, together, languages))) return [fault];
    const said = by.flatMap((id) => sentences.get(id) ?? []);
    return isTurnedAround(unit.text, claim, said) ? [fault] : [];
  });
}

const betweenClauses = /[:;—–.!?](?=\s)|,\s(?=(?:and|but|while|whereas|so|und|aber|et|mais|y|pero)\s)/;

/** The parts of a sentence that state something each, of one that has several. */
function clausesOf(sentence: string): string[] {
  const clauses = sentence.split(betweenClauses);
  return clauses.length > 1 ? clauses : [];
}

/** A clause of one or two words says too little by itself. */
function isBorneOut(clause: string, evidence: WordEvidence, languages: readonly string[]): boolean {
  const claim = readClaim(clause, languages);
  return claim.told < 2 || bearOut(claim, evidence).share >= leastShare - 0.1;
}
