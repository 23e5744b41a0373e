/** A language tag's base (`pt-BR` is `pt`), and one name for what has several. */
export function baseLanguage(tag: string): string {
  const base = tag.toLowerCase().split(/[-_]/)[0] ?? '';
  return sameLanguages[base] ?? base;
}

/** Norwegian has two written forms, one stemmer and one detector. */
const sameLanguages: Record<string, string> = { nb: 'no', nn: 'no' };
