/** A number as a text may write it: `1,000.50`, `12:30`, `2024-03-05`. */
const written = /\p{N}+(?:[.,:/'’\u00a0\u202f-]\p{N}+)*/gu;
const grouped = /^\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+$/;
const groupedDecimal = /^(\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+)[.,](\d+)$/;
const decimal = /^(\d+)[.,](\d+)$/;

/**
 * The numbers of a text, each in the ways that it may be meant: `1.000` is a thousand, or one. A time is one number, what other signs
 * join is several. Numbers that are spelled out count too, in the languages that `spelled` knows, except one.
 */
export function numbersIn(text: string, language: string): string[][] {
  const plain = text.normalize('NFKC');
  const digits = [...plain.matchAll(written)].flatMap(([number]) => waysOf(number));
  return [...digits, ...spelledIn(plain.toLowerCase(), spelled[language] ?? spelled.en)];
}

/** `twenty-five` is one number; `five` alone is one too. */
function spelledIn(text: string, values = new Map<string, number>()): string[][] {
  const found: string[][] = [];
  let ten = 0;
  for (const word of text.match(/\p{L}[\p{L}\p{M}]*/gu) ?? []) {
    const value = values.get(word) ?? (ten > 0 && word === 'one' ? 1 : undefined);
    if (value !== undefined && value < 10 && ten > 0) found.splice(-1, 1, [String(ten + value)]);
    else if (value !== undefined) found.push([String(value)]);
    ten = value !== undefined && value >= 20 && value < 100 ? value : 0;
  }
  return found;
}

function waysOf(number: string): string[][] {
  if (/^\p{N}+$/u.test(number)) return [[canonical(number)]];
  const whole = number.replace(/[.,'’\u00a0\u202f]/g, '');
  const both = groupedDecimal.exec(number);
  if (both) return [[fraction((both[1] ?? '').replace(/\D/g, ''), both[2] ?? '')]];
  const part = decimal.exec(number);
  if (grouped.test(number))
    return [[canonical(whole), ...(part ? [fraction(part[1] ?? '', part[2] ?? '')] : [])]];
  if (part) return [[fraction(part[1] ?? '', part[2] ?? '')]];
  const time = /^(\d{1,2}):(\d{2})$/.exec(number);
  if (time)
    return [
      [`${canonical(time[1] ?? '')}:${time[2]}`, ...(time[2] === '00' ? [canonical(time[1] ?? '')] : [])],
    ];
  return number.split(/[^\p{N}]+/u).map((one) => [canonical(one)]);
}

function fraction(whole: string, part: string): string {
  const rest = part.replace(/(?<!0)0+$/, '');
  return rest ? `${canonical(whole)}.${rest}` : canonical(whole);
}

/** Without the zeros in front, in ASCII digits where the script's are decimal. */
function canonical(digits: string): string {
  return digits.replace(/^0+(?=.)/, '');
}

const currencies: Record<string, RegExp> = {
  $: /\$|\b(?:us)?dollars?\b|\busd\b/i,
  '€': /€|\beuros?\b|\beur\b/i,
  '£': /£|\bpounds?\b|\bgbp\b/i,
  '¥': /[¥￥]|\byen\b|\bjpy\b|\byuan\b|\bcny\b|元/i,
  '%': /[%％]|\bper ?cent(?:age)?\b|\bprozent\b|\bpour cent\b|\bpor ciento\b/i,
};

/** The signs of money and share that a text has, in signs or in words. */
export function signsIn(text: string): string[] {
  return Object.entries(currencies).flatMap(([sign, ways]) => (ways.test(text) ? [sign] : []));
}

const spelled: Record<string, Map<string, number>> = {
  en: values(
    'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
    'thirty forty fifty sixty seventy eighty ninety hundred',
  ),
  de: values(
    'zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
    'dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert',
  ),
  fr: values(
    'deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt',
    'trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent',
  ),
  es: values(
    'dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte',
    'treinta cuarenta cincuenta sesenta setenta ochenta noventa cien',
  ),
};

/** From two to twenty, then the tens from thirty. */
function values(small: string, tens: string): Map<string, number> {
  return new Map([
    ...small.split(' ').map((word, at) => [word, at + 2] as const),
    ...tens.split(' ').map((word, at) => [word, (at + 3) * 10] as const),
  ]);
}
