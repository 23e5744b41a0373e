const numbers = new Set(
  'n count number amount limit top year years month months week weeks day days hour hours minute minutes rate price id size length age'.split(
    ' ',
  ),
);

/** The slots of a question that take numbers alone, judged by their names, where what they fill cannot be seen. */
export function numericByName(ask: string): Set<string> {
  const slots = [...ask.matchAll(/\{(\w+)\}/g)].map(([, slot = '']) => slot);
  return new Set(slots.filter((slot) => numbers.has(slot)));
}
