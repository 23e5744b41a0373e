/** Gives cases that have no id one that is made of their question, other than all ids that there are. */
export function caseIds(taken: Iterable<string>): (question: string) => string {
  const ids = new Set(taken);
  return (question) => {
    const slug = slugOf(question);
    let id = slug;
    for (let count = 2; ids.has(id); count += 1) id = `${slug}-${count}`;
    ids.add(id);
    return id;
  };
}

const longest = 60;

/** Letters without their accents and digits, joined by hyphens, cut at a word. */
function slugOf(question: string): string {
  const words = question
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const whole = words.join('-');
  if (whole.length <= longest) return whole || 'case';
  const cut = whole.slice(0, longest + 1);
  return cut.includes('-') ? cut.slice(0, cut.lastIndexOf('-')) : whole.slice(0, longest);
}
