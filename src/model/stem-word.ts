const endings: [string, string][] = [
  ['ations', 'ate'],
  ['ation', 'ate'],
  ['ies', 'y'],
  ['ied', 'y'],
  ['ings', ''],
  ['ing', ''],
  ['edly', ''],
  ['ed', ''],
  ['ly', ''],
  ['ment', ''],
  ['ness', ''],
  ['es', ''],
  ['s', ''],
];

/**
 * A folded word without its English ending, so that `film` and `films`, `rent` and `rented` meet. Light on
 * purpose: at least three letters stay, and a word of another language loses an ending at most.
 */
export function stemWord(word: string): string {
  const bare = word.replace(/'s?$/, '');
  if (bare.length < 4 || /\p{N}/u.test(bare)) return bare;
  return bareEnd(withoutEnding(bare));
}

function withoutEnding(word: string): string {
  for (const [ending, instead] of endings) {
    const isPlural = ending !== 's' || !/[su]s$/.test(word);
    if (word.endsWith(ending) && word.length - ending.length >= 3 && isPlural) {
      return word.slice(0, -ending.length) + instead;
    }
  }
  return word;
}

/** Doubled consonants and a silent e go, so that `renting`, `rented`, `rate` and `rated` end alike. */
function bareEnd(stem: string): string {
  return stem.replace(/([bdfglmnprt])\1$/, '$1').replace(/e$/, '');
}
