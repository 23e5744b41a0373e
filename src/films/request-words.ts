/** What people write around the thing that they look for. Each form that may stand in a request. */
const requestWords = new Set(
  `a about an any anything are can could do find film films flick flicks for get give good have i in is it like list
  looking me movie movies of one picture pictures please plot recommend recommendation search show some something
  story stories suggest tell that the there want watch what where which with would you your`.split(/\s+/),
);

/**
 * A request without the words that only ask: "a film about a shark" becomes "shark". A text of nothing but
 * such words stays as it is.
 */
export function withoutRequestWords(query: string): string {
  const left = query
    .split(/\s+/)
    .filter((word) => !requestWords.has(word.toLowerCase().replace(/[^a-z]/g, '')));
  return left.join(' ').trim() || query;
}
