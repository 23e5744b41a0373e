import { baseLanguage } from './languages.ts';

/** Words of a text that are looked at, and how many there must be for a guess. */
const sampleLength = 20_000;
const fewestWords = 5;

/**
 * The language of a text, as ISO 639-1 has it (`en`, `zh`): what its owner told, otherwise what it reads like; `und` where that is unsure,
 * as it is of a few words. Asynchronous, since the detector's tables (60 MB) are loaded when they are first needed.
 */
export async function detectLanguage(text: string, told?: string | null): Promise<string> {
  const base = baseLanguage(told ?? '');
  if (/^[a-z]{2,3}$/.test(base)) return base;
  const sample = text.slice(0, sampleLength).toWellFormed();
  return languageByScript(sample) ?? (await languageByReading(sample)) ?? 'und';
}

/**
 * Scripts without spaces are of few languages each. They are looked for first: texts in them are full of Latin names, by which a
 * detector is misled. Two or three of their letters are a word, so they count against words of other scripts.
 */
function languageByScript(text: string): string | undefined {
  const others = text.match(spacedWords)?.length ?? 0;
  const counts = scripts.map(({ language, letters }) => ({
    language,
    count: text.match(letters)?.length ?? 0,
  }));
  const unspaced = counts.reduce((sum, { count }) => sum + count, 0);
  if (unspaced < 2 * fewestWords || unspaced / 2 < others) return undefined;
  // Japanese writes Chinese characters between its kana; Chinese has kana in quotations only.
  const japanese = counts.find(({ language }) => language === 'ja')?.count ?? 0;
  if (japanese > unspaced / 10) return 'ja';
  return counts.toSorted((one, other) => other.count - one.count)[0]?.language;
}

const spacedWords =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}]+/gu;
const scripts = [
  { language: 'zh', letters: /\p{Script=Han}/gu },
  { language: 'ja', letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu },
  { language: 'ko', letters: /\p{Script=Hangul}/gu },
  { language: 'th', letters: /\p{Script=Thai}/gu },
  { language: 'lo', letters: /\p{Script=Lao}/gu },
  { language: 'km', letters: /\p{Script=Khmer}/gu },
  { language: 'my', letters: /\p{Script=Myanmar}/gu },
];

async function languageByReading(text: string): Promise<string | undefined> {
  if ((text.match(/\p{L}+/gu)?.length ?? 0) < fewestWords) return undefined;
  const { eld } = await import('eld/extrasmall');
  const found = eld.detect(text);
  return found.isReliable() && found.language ? found.language : undefined;
}
