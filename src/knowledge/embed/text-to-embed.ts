/** What of a chunk is turned into a vector: where it stands, and what it says. */
export function textToEmbed(chunk: {
  text: string;
  title: string | null;
  headings: readonly string[];
}): string {
  const { text, title, headings } = chunk;
  const path = title && headings[0] !== title ? [title, ...headings] : headings;
  return path.length === 0 ? text : `${path.join(' > ')}\n${text}`;
}
