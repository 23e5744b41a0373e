/**
 * What separates the cells of a table in text: the mark that most lines have equally often. Undefined when no mark is in all of the
 * first lines. Marks within quotes do not count.
 */
export function findDelimiter(text: string): string | undefined {
  const lines = text
    .slice(0, 20_000)
    .replace(/"(?:[^"]|"")*"/g, '""')
    .split(/\r\n?|\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 50);
  const scored = marks
    .map((mark) => ({ mark, score: scoreOf(lines.map((line) => line.split(mark).length - 1)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score);
  return scored[0]?.mark;
}

const marks = [',', ';', '\t', '|'];

/** The share of lines that have the most frequent count; with a little for there being more of them. */
function scoreOf(counts: number[]): number {
  const frequent = mostFrequent(counts.filter((count) => count > 0));
  if (frequent === undefined) return 0;
  return counts.filter((count) => count === frequent).length / counts.length + Math.min(frequent, 50) / 1000;
}

function mostFrequent(counts: number[]): number | undefined {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  return [...times].sort((one, other) => other[1] - one[1])[0]?.[0];
}
