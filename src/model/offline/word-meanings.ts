/** Each line says one thing in several words; the first stands for all. General English, no project's own. */
const synonyms = [
  'film movie movies films picture',
  'customer client clients customers',
  'store shop shops stores',
  'actor actress cast actresses actors',
  'category genre genres categories',
  'play appear appears appeared act acts acted played star stars starred starring',
  'count number quantity',
  'rent borrow borrowed borrows hire hired',
  'pay spend spent paid pays',
  'revenue income earnings turnover money',
  'average mean',
  'recommend suggest recommendation suggestion advise',
  'scary frightening spooky',
  'funny comical hilarious',
  'city town towns cities',
  'employee staff worker employees',
  'longer over above exceeding',
  'shorter under below',
  'earn make made makes',
  'begin start started began',
  'minute min mins minutes',
  'hour hr hrs hours',
];

/** Words of which a question and an example may not have one of each: they ask for the opposite. */
const opposites: [string, string][] = [
  ['most highest largest biggest greatest', 'least lowest fewest smallest'],
  ['more', 'less fewer'],
  ['longer over above more', 'shorter under below less'],
  ['longest', 'shortest'],
  ['before earlier', 'after later since'],
  ['first earliest oldest', 'last latest newest'],
  ['cheapest cheaper', 'expensive dearest'],
  ['best', 'worst'],
  ['active', 'inactive'],
  ['with', 'without'],
  ['ever', 'never'],
];

const contrasts = new Set(opposites.flatMap(([left, right]) => `${left} ${right}`.split(' ')));
const plainWordsLikeSuperlatives = new Set(
  'best request interest test west east rest guest forest nest'.split(' '),
);

const meanings = new Map(
  synonyms.flatMap((line) => {
    const [first = '', ...others] = line.split(' ');
    return others.map((other) => [other, first] as const);
  }),
);

/** The word that stands for a folded word and those that mean the same. */
export function meaningOf(word: string): string {
  return meanings.get(word) ?? word;
}

/** Words that a question turns on, however common they are: `most`, `after`, `without`. */
export function isContrast(word: string): boolean {
  return contrasts.has(word);
}

/** Words that choose by a measure, such as `longest` and `cheaper`: another measure is another question. */
export function isMeasure(word: string): boolean {
  const compares = /^(longer|shorter|higher|lower|cheaper|older|newer|bigger|smaller|larger)$/.test(word);
  return compares || (/^\p{L}{3,}est$/u.test(word) && !plainWordsLikeSuperlatives.has(word));
}

/** Whether one text asks for the opposite of the other: `most` against `fewest`, `before` against `after`. */
export function areOpposed(one: Set<string>, other: Set<string>): boolean {
  return opposites.some(([left, right]) => {
    const crosses = (a: Set<string>, b: Set<string>) =>
      hasAny(a, left) && !hasAny(a, right) && hasAny(b, right) && !hasAny(b, left);
    return crosses(one, other) || crosses(other, one);
  });
}

function hasAny(words: Set<string>, line: string): boolean {
  return line.split(' ').some((word) => words.has(word));
}
