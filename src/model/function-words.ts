const list = `
  a about above after again against all also am among an and another any are around as at be because been
  before being below between both but by can cannot could did do does doing done down during each either
  else ever every few for from further get gets give given got had has have having he her here hers herself
  him himself his how however i if in into is it its itself just let like made make makes many may me might
  mine more most much must my myself neither never next no nor not now of off often on once one only onto or
  other others our ours out over own per perhaps please quite rather really same several shall she should
  since so some such tell than that the their theirs them themselves then there therefore these they this
  those though through thus to together too toward towards under until up upon us use used uses using very
  via was we well were what whatever when where whether which while who whom whose why will with within
  without would yet you your yours yourself`;

const functionWords = new Set(list.trim().split(/\s+/));

/** Whether a folded English word is one that nearly every sentence has, and so says little about any. */
export function isFunctionWord(word: string): boolean {
  return functionWords.has(word);
}
