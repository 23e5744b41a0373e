/** A day that a text names, in the ways that it may be meant: `2024-03-05`, or `03-05` where no year stands by. */
export interface NamedDay {
  ways: string[];
  start: number;
  end: number;
}

const inDigits = /\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})([./])(\d{1,2})\5(\d{4})\b/g;
const monthFirst = /(?<!\p{L})(\p{L}{3,})\.? (\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,? (\d{4})\b)?/gu;
const dayFirst = /\b(\d{1,2})(?:st|nd|rd|th|er|\.)?(?: of| de)? (\p{L}{3,})\.?(?:,?(?: de)? (\d{4})\b)?/gu;

/** The days that a text in a language names, in digits or with the month's name. Days and months in digits with slashes may be either. */
export function daysIn(text: string, language: string): NamedDay[] {
  const months = monthNumbers(language);
  const digits = [...text.matchAll(inDigits)].map((match) => {
    const [, year, month, day, first = '', sign, second = '', lastYear = ''] = match;
    if (year) return place(match, [`${year}-${month}-${day}`]);
    const ways = [
      toDay(lastYear, Number(second), first),
      ...(sign === '/' ? [toDay(lastYear, Number(first), second)] : []),
    ];
    return place(match, ways);
  });
  const named = [...text.matchAll(monthFirst)].map((match) => ({
    match,
    name: match[1],
    day: match[2],
    year: match[3],
  }));
  const turned = [...text.matchAll(dayFirst)].map((match) => ({
    match,
    name: match[2],
    day: match[1],
    year: match[3],
  }));
  const spoken = [...named, ...turned].flatMap(({ match, name = '', day = '', year }) => {
    const month = months.get(name.toLowerCase());
    return month === undefined ? [] : [place(match, [toDay(year, month, day)])];
  });
  return withoutOverlaps([...digits, ...spoken]);
}

/** The name of a day's month, in the language of the text that names it in digits. */
export function monthOf(day: string, language: string): string {
  const month = Number(day.split('-').at(-2));
  return [...monthNumbers(language)].find(([, number]) => number === month)?.[0] ?? '';
}

function place({ 0: written, index }: RegExpExecArray, ways: string[]): NamedDay {
  return { ways, start: index, end: index + written.length };
}

function toDay(year: string | undefined, month: number, day: string): string {
  const monthAndDay = `${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
  return year ? `${year}-${monthAndDay}` : monthAndDay;
}

/** The earliest first; of two that overlap, the longer. */
function withoutOverlaps(days: NamedDay[]): NamedDay[] {
  const kept: NamedDay[] = [];
  for (const day of days.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (day.start >= (kept.at(-1)?.end ?? 0)) kept.push(day);
  }
  return kept;
}

const known = new Map<string, Map<string, number>>();

/** The months by their names, long and short, in lower case; English where the language has none. */
function monthNumbers(language: string): Map<string, number> {
  const tag = /^[a-z]{2}$/.test(language) ? language : 'en';
  let months = known.get(tag);
  if (!months) {
    const formats = (['long', 'short'] as const).map(
      (month) => new Intl.DateTimeFormat(tag, { month, timeZone: 'UTC' }),
    );
    const names = formats.flatMap((format) =>
      Array.from({ length: 12 }, (_, month) => {
        const name = format
          .format(new Date(Date.UTC(2024, month, 15)))
          .toLowerCase()
          .replace('.', '');
        return [name, month + 1] as const;
      }),
    );
    months = new Map(names.filter(([name]) => /^\p{L}{3,}$/u.test(name)));
    known.set(tag, months);
  }
  return months;
}
