const leaning =
  /^[*_]*(it|its|they|their|them|he|his|him|she|her|this|these|that|those|such|both|esto|esta|este|estos|estas|ello|il|elle|ils|elles|cela|ce|cette|ces|es|sie|dies|diese|dieser)\b|^[这那它他她此]/i;

/** Whether a sentence leans on the one before it, in which stands who or what it is about. */
export function leans(sentence: string): boolean {
  return leaning.test(sentence);
}
