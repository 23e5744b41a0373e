import vm from 'node:vm';

/** What became of a match that had so much time. */
export type Matched = boolean | 'out-of-time';

/**
 * Whether a text matches a regular expression of JavaScript (flag u), in bounded time: there are patterns that people write which take years
 * for fifty characters. Throws a `SyntaxError` for what is no pattern.
 */
export function runPattern(pattern: string, text: string, milliseconds = 1000): Matched {
  const matched = runPatternOn(pattern, [text], milliseconds);
  return matched === 'out-of-time' ? matched : matched[0] === true;
}

/** The same for several texts, in one bound for all of them. */
export function runPatternOn(
  pattern: string,
  texts: string[],
  milliseconds = 1000,
): boolean[] | 'out-of-time' {
  place.regex = new RegExp(pattern, 'u');
  place.texts = texts;
  try {
    return [...test.runInContext(place, { timeout: milliseconds })];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'out-of-time'; // node:vm throws errors
    throw error;
  }
}

const test = new vm.Script('texts.map((text) => regex.test(text))');
/** A context takes a millisecond to make, and nothing in this one is kept from one match to the next. */
const place = vm.createContext({ regex: /./u, texts: [] });
