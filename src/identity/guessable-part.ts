/** What people choose who are asked for a password, and what stands in its place in so many of the lists that were stolen. */
const common = `
  password passwort passw0rd motdepasse contrasena wachtwoord letmein welcome willkommen bienvenue login signin admin
  administrator root master manager secret geheim access default changeme change temporary guest user test testing demo sample
  qwerty qwertz azerty asdf zxcv iloveyou trustno sunshine princess dragon monkey football baseball basketball soccer hockey
  superman batman spiderman pokemon starwars naruto shadow michael jennifer jessica jordan ashley daniel charlie thomas robert
  andrew matthew joshua anthony william nicole michelle hannah amanda samantha summer winter spring autumn january february
  march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday
  hello hallo whatever freedom computer internet google facebook microsoft apple samsung company corporate office business
  hunter killer ginger pepper cookie cheese chocolate banana orange flower butterfly rainbow angel lovely babygirl family mother
  father liverpool arsenal chelsea barcelona realmadrid london berlin paris newyork baton
`
  .split(/\s+/)
  .filter(Boolean);

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
];
const runs = rows.flatMap((row) => [row, [...row].reverse().join('')]);

/** How they are written to look like something else. */
const disguises: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * How many characters of a password a guesser has for nothing: common words, also in disguise, the words `about` its owner, years,
 * runs of the alphabet and the keyboard, and what is a repetition of what went before.
 */
export function guessablePart(password: string, about: string[]): number {
  const plain = password.toLowerCase();
  const bare = [...plain].map((char) => disguises[char] ?? char).join('');
  const words = [...common, ...about.flatMap(wordsOf)];
  let taken = 0;
  for (let at = 0; at < plain.length; ) {
    const length = Math.max(
      wordAt(plain, at, words),
      bare.length === plain.length ? wordAt(bare, at, words) : 0,
      runAt(plain, at),
      yearAt(plain, at),
      repeatAt(plain, at),
    );
    taken += length;
    at += Math.max(length, 1);
  }
  return taken;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= 3);
}

function wordAt(text: string, at: number, words: string[]): number {
  return Math.max(0, ...words.filter((word) => text.startsWith(word, at)).map((word) => word.length));
}

/** Three or more neighbours. */
function runAt(text: string, at: number): number {
  let length = 2;
  while (at + length < text.length && isRun(text.slice(at, at + length + 1))) length += 1;
  return length > 2 ? length : 0;
}

function isRun(text: string): boolean {
  return runs.some((run) => run.includes(text));
}

function yearAt(text: string, at: number): number {
  return /^(19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0;
}

/** What stands there and is one of the up to eight characters before it over again. */
function repeatAt(text: string, at: number): number {
  let longest = 0;
  for (let period = 1; period <= Math.min(8, at); period++) {
    let length = 0;
    while (at + length < text.length && text[at + length] === text[at + length - period]) length += 1;
    if (length >= period && length > longest) longest = length;
  }
  return longest >= 2 ? longest : 0;
}
