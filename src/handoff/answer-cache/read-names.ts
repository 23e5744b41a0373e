/**
 * The words of a question that look like names, folded, each once, in the order of the alphabet: those with a capital letter that do not begin
 * the question.
 */
export function readNames(question: string): string[] {
  const words = question.match(/\p{L}[\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  const names = words.filter((word, at) => at > 0 && /\p{Lu}/u.test(word) && word !== 'I');
  return [...new Set(names.map((name) => name.toLowerCase().replace(/['’]?s$/, '')))].sort();
}
