import { foldWord } from '../../knowledge/terms/fold-word.ts';
import { type Word, wordsOf } from '../../knowledge/terms/words-of.ts';

/** Whether a text has a word that denies. */
export function denies(text: string): boolean {
  if (/n['’]t(?!\p{L})/iu.test(text)) return true;
  return [...wordsOf(text)].some(isDenial);
}

export function isDenial({ text, unspaced }: Word): boolean {
  return unspaced ? /[不没沒无無非未]|ない|않/u.test(text) : denying.has(foldWord(text));
}

/** Words that deny, in the languages of most documents. */
const denying = new Set(
  `no not never nothing none nobody neither nor cannot without unable
  nein nicht nichts nie niemals kein keine keinen keinem keiner keines ohne
  non ne pas jamais rien aucun aucune sans no nunca nada ningun ninguna ninguno sin
  nao nunca sem mai niente nessun nessuna senza niet geen nooit zonder nie bez nigdy не нет никогда без`
    .trim()
    .split(/\s+/)
    .map(foldWord),
);
