import { foldWord } from '../../knowledge/terms/fold-word.ts';
import { isStopWord } from '../../knowledge/terms/stop-words.ts';
import { type Word, wordsOf } from '../../knowledge/terms/words-of.ts';
import { strangeAddresses, withoutAddresses } from './addresses.ts';
import { bearOut, readClaim } from './claim.ts';
import type { Unit } from './read-units.ts';
import { termsOf, type WordEvidence } from './word-evidence.ts';

/** Why a unit needs no passage; `talk` (a question, a courtesy) may be an answer of its own, `frame` (a heading, `Here is how:`) may not. */
export type Needless = 'talk' | 'frame';

/** What is known of the turn: all that was asked and found, and in which languages. */
export interface Known {
  all: WordEvidence;
  asked: WordEvidence;
  /** Addresses that the user named. */
  askedAddresses: Set<string>;
  languages: readonly string[];
}

const longestHeading = 10;

/**
 * Whether a unit states nothing that a passage could bear out. Decided narrowly: what names a number or a sum that neither the user nor a
 * passage named always states something, and so does what has an address that the user did not name.
 *
 * - A question is one by its mark, unless something else stands before it: `It is free: shall I go on?`
 * - A courtesy has no words but those of courtesies, and those that say little; `yes` and `no` state something.
 * - A heading has at most ten words and no full stop, and all of those that say something are the user's or the passages'; so is the
 *   first row of a table.
 * - What leads to a list ends with a colon, and has no words but the user's and those that lead (`Here is how to …:`).
 */
export function statesNothing(unit: Unit, known: Known): Needless | undefined {
  const { all, asked, askedAddresses, languages } = known;
  const { text, block } = unit;
  const words = [...wordsOf(text)];
  if (words.length === 0) return 'frame';
  if (strangeAddresses(text, askedAddresses).length > 0) return undefined;
  if (bearOut(readClaim(text, []), all).missing.some(isFigure)) return undefined;
  if (/^[^:;—–]*[?？؟]["'”’)]*$/.test(withoutAddresses(text))) return 'talk';
  if (block.kind === 'heading' || block.kind === 'table-head')
    return isHeading(text, words, known) ? 'frame' : undefined;
  if (isCourtesy(words, languages)) return 'talk';
  const folded = words.map((word) => foldWord(word.text));
  const leads = words.every(
    (word, at) =>
      leading.has(folded[at] ?? '') ||
      saysLittle(folded[at] ?? '', languages) ||
      isAsked(word, asked, languages),
  );
  return leads && /[:：]$/.test(text) ? 'frame' : undefined;
}

function isHeading(text: string, words: Word[], { all, languages }: Known): boolean {
  if (words.length > longestHeading || /[^\d\s][.!。！](?:\s|$)/.test(text)) return false;
  const folded = words.map((word) => foldWord(word.text));
  if (folded.some((word) => decides.has(word))) return false;
  const telling = words.filter(
    (_, at) => !saysLittle(folded[at] ?? '', languages) && !leading.has(folded[at] ?? ''),
  );
  return telling.every((word) => isAsked(word, all, languages));
}

function isCourtesy(words: Word[], languages: readonly string[]): boolean {
  const folded = words.map((word) => foldWord(word.text));
  const hasOne = folded.some((word) => courtesies.has(word));
  return hasOne && folded.every((word) => courtesies.has(word) || saysLittle(word, languages));
}

/** Whether a text only announces that somebody will take over: it names nobody but `names`, and nothing that this would be about. */
export function onlyHandsOver(text: string, names: string[], { languages }: Known): boolean {
  const named = new Set(
    names.flatMap((name) => [...wordsOf(name.replaceAll(/[-_]/g, ' '))].map(({ text }) => text)),
  );
  return [...wordsOf(text)].every((word) => {
    const folded = foldWord(word.text);
    return (
      named.has(word.text) || handing.has(folded) || courtesies.has(folded) || saysLittle(folded, languages)
    );
  });
}

function isFigure(missing: string): boolean {
  return /[\p{N}$€£¥%]/u.test(missing);
}

function saysLittle(folded: string, languages: readonly string[]): boolean {
  return !decides.has(folded) && [...languages, 'en'].some((language) => isStopWord(folded, language));
}

function isAsked(word: Word, { terms }: WordEvidence, languages: readonly string[]): boolean {
  return [...languages, 'en'].some((language) => termsOf(word, language).some((term) => terms.has(term)));
}

/** Words that say little elsewhere, and turn a statement around or are one. */
const decides =
  list(`yes no not never none nobody nothing cannot must ja nein nicht kein keine nie nichts oui non pas jamais rien
  si sin nunca nada`);

const courtesies =
  list(`hello hi hey dear welcome good morning afternoon evening day thanks thank please sorry apologies glad happy
  pleased help helps helped helping hope know let feel free ask question questions further anything else great luck
  hallo guten tag morgen abend danke bitte gerne gern hilft helfen hoffe frage fragen weitere weiter
  bonjour bonsoir salut merci plaisir aide aider espere question questions
  hola buenos buenas dias tardes gracias gusto ayudar ayuda espero pregunta preguntas
  你好 您好 谢谢 不客气`);

const leading =
  list(`here follows following follow below steps step way ways answer answers summary overview list options option
  details detail short brief according documents document docs passages sources found says say tells know need do works work
  hier folgt folgende folgenden schritte so kurz laut dokumenten
  voici suit suivant suivants suivante suivantes etapes selon documents
  aqui siguiente siguientes pasos segun documentos`);

const handing =
  list(`transfer transferring hand handing pass passing connect connecting redirect redirecting forward forwarding route
  routing refer referring escalate escalating put putting moment second wait hold now right away directly straight
  colleague colleagues specialist specialists expert experts team person human agent desk department somebody someone
  take takes look matter request issue conversation assist assistance through over ll ve`);

function list(words: string): Set<string> {
  return new Set(words.trim().split(/\s+/).map(foldWord));
}
