import * as lists from 'stopword';
import { foldWord } from './fold-word.ts';

/** Whether nearly every text of a language has the folded word, so that it says little about any. */
export function isStopWord(folded: string, language: string): boolean {
  return wordsIn(language).has(folded);
}

function wordsIn(language: string): Set<string> {
  let words = known.get(language);
  if (!words) {
    words = new Set((sources[language] ?? []).map(foldWord));
    known.set(language, words);
  }
  return words;
}

const known = new Map<string, Set<string>>();

/** Lists that hold function words alone. That of German, for one, has `Ordnung` and `Mensch` in it, so there is our own. */
const german = `
  ab aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes auch auf aus bei beim bin bis bist da
  damit dann das dass dasselbe dazu dein deine deinem deinen deiner dem den denn der deren des dessen dich die dies diese diesem
  diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer eure für gegen habe haben hat
  hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist jede jedem jeden jeder jedes jene
  jenem jenen jener jenes kann kein keine keinem keinen keiner können könnte man manche mein meine meinem meinen meiner mich mir mit
  muss müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll
  sollen sondern sonst über um und uns unser unsere unter viel vom von vor wann war waren warum was weil welche welchem welchen
  welcher welches wenn wer werde werden wie wieder will wir wird wo wohin wurde wurden zu zum zur zwar zwischen`;

const sources: Record<string, string[]> = {
  ca: lists.cat,
  da: lists.dan,
  de: german.trim().split(/\s+/),
  el: lists.ell,
  // Without these a question's own words count: `when`, `does`.
  en: [...lists.eng, ...'do does doing had having shall when whether whom whose why will'.split(' ')],
  es: lists.spa,
  eu: lists.eus,
  fa: lists.fas,
  fr: lists.fra,
  he: lists.heb,
  hy: lists.hye,
  it: lists.ita,
  nl: lists.nld,
  no: lists.nob,
  pl: lists.pol,
  pt: lists.por,
  ru: lists.rus,
  uk: lists.ukr,
};
