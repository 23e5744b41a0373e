import snowball from 'snowball-stemmers';

/**
 * A lower-case word's stem in a language; the word itself where there is no stemmer for it. Latin words in a language of another script
 * are taken for English, as PostgreSQL's configurations do.
 *
 * The stemmers are Snowball's (Porter, "Snowball: A language for stemming algorithms", 2001; snowballstem.org).
 */
export function stemWord(word: string, language: string): string {
  const algorithm = isLatin.test(word) && otherScripts.has(language) ? 'english' : algorithms[language];
  if (!algorithm || hasDigit.test(word)) return word;
  // A stemmer that is used again remembers flags of the word before: the Dutch one does.
  return snowball.newStemmer(algorithm).stem(word);
}

const isLatin = /^[a-z]+$/;
const hasDigit = /\p{N}/u;

const algorithms: Record<string, string> = {
  ar: 'arabic',
  ca: 'catalan',
  cs: 'czech',
  da: 'danish',
  de: 'german',
  en: 'english',
  es: 'spanish',
  eu: 'basque',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hu: 'hungarian',
  hy: 'armenian',
  it: 'italian',
  nl: 'dutch',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sl: 'slovene',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
};

const otherScripts = new Set(
  'am ar be bg bn el fa gu he hi hy ja ka kn ko ku lo ml mr or pa ru sr ta te th uk ur zh'.split(' '),
);
