import { strangeAddresses } from '../../handoff/citations/addresses.ts';
import { bearOut, readClaim } from '../../handoff/citations/claim.ts';
import { denies } from '../../handoff/citations/denies.ts';
import { isTurnedAround } from '../../handoff/citations/is-turned-around.ts';
import { leastShare } from '../../handoff/citations/read-answer.ts';
import { readUnits, type Unit } from '../../handoff/citations/read-units.ts';
import { statesNothing } from '../../handoff/citations/states-nothing.ts';
import { joinEvidence } from '../../handoff/citations/word-evidence.ts';
import type { Score, Seen } from '../score.ts';
import { readSources, type Sources } from './grounded/read-sources.ts';
import { declinesInWords } from './refusal/declines-in-words.ts';
import { statedIn } from './stated-in.ts';

/**
 * Scores whether every sentence of the answer is borne out by what the turn's calls brought, as far as words tell: all of its numbers, days,
 * names and addresses stand there, at least 55 % of its other words, and it does not deny what they say. The user's own words may be
 * repeated, but a sentence needs something that was found besides. Courtesies, questions, headings and sentences that only decline are
 * looked over. The value is the share of sentences that are borne out; 1 where nothing is stated. `false` asks for nothing.
 */
export async function scoreGrounded(expected: boolean, { turn }: Pick<Seen, 'turn'>): Promise<Score[]> {
  if (!expected) return [];
  const sources = readSources(turn);
  const { units } = readUnits(statedIn(turn.answer));
  const stated = units.filter((unit) => isStatement(unit, sources));
  const faults = stated.flatMap((unit) => faultOf(unit, sources) ?? []);
  const passed = faults.length === 0;
  const value = stated.length === 0 ? 1 : (stated.length - faults.length) / stated.length;
  const details = { sentences: stated.length, faults: faults.map((fault) => ({ ...fault })) };
  const first = faults[0];
  const why = first && `${tell(first)}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`;
  return [{ scorer: 'grounded', value, passed, ...(why && { why }), details }];
}

interface Fault {
  sentence: string;
  /** What nothing that was found has. */
  missing: string[];
  fault: 'missing' | 'words' | 'question' | 'opposite';
}

function isStatement(unit: Unit, { found, asked, askedAddresses, languages }: Sources): boolean {
  const known = { all: joinEvidence([found, asked]), asked, askedAddresses, languages };
  return statesNothing(unit, known) === undefined && !onlyDeclines(unit.text);
}

function onlyDeclines(sentence: string): boolean {
  return declinesInWords(sentence) !== undefined && !/\b(?:but|however|though)\b|:/i.test(sentence);
}

function faultOf(unit: Unit, sources: Sources): Fault | undefined {
  const { found, asked, calls, addresses, askedAddresses, languages, sentences } = sources;
  const sentence = unit.text;
  const claim = readClaim(sentence, languages);
  const all = joinEvidence([found, asked, ...(unit.block.kind === 'code' ? [calls] : [])]);
  const { missing, share } = bearOut(claim, all);
  const strange = strangeAddresses(sentence, addresses, askedAddresses);
  const absent = [...missing.filter((one) => !money.test(one)), ...strange];
  if (absent.length > 0) return { sentence, missing: absent, fault: 'missing' };
  if (share < leastShare) return { sentence, missing: [], fault: 'words' };
  if (claim.told > 0 && restsOnQuestion(sentence, claim, sources))
    return { sentence, missing: [], fault: 'question' };
  if (isTurnedAround(sentence, claim, sentences)) return { sentence, missing: [], fault: 'opposite' };
  return undefined;
}

/** A sum of a table has no currency: its sign is no number. */
const money = /^[$€£¥]$/;

/**
 * Whether all that a sentence says, or all of its numbers, are the user's alone. What denies may repeat the question: `There are no films
 * longer than 300 minutes.`
 */
function restsOnQuestion(
  sentence: string,
  { figures, words }: ReturnType<typeof readClaim>,
  { found }: Sources,
): boolean {
  if (denies(sentence)) return false;
  const numbers = figures.filter(([way = '']) => !money.test(way));
  if (numbers.length > 0) return !numbers.some((ways) => ways.some((way) => found.figures.has(way)));
  return !words.some(({ places }) => places.some((terms) => terms.some((term) => found.terms.has(term))));
}

function tell({ sentence, missing, fault }: Fault): string {
  const said = `“${sentence}”`;
  if (fault === 'missing') return `Nothing that was found has ${missing.join(', ')}: ${said}`;
  if (fault === 'words') return `What was found does not say this: ${said}`;
  if (fault === 'question') return `This rests on the question alone: ${said}`;
  return `What was found says the opposite: ${said}`;
}
