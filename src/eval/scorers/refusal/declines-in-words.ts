/** How sure a sentence is to decline all of what was asked. `hard`: it will or can not; `soft`: it does not know, and may know a part. */
export type Decline = 'hard' | 'soft';

/**
 * Whether a sentence declines, as far as common ways of saying so tell, in English and a few in German, French and Spanish. That there are no
 * rows (`No films are longer than 300 minutes.`) is an answer, and what others cannot do (`You cannot return it.`) is one too.
 */
export function declinesInWords(sentence: string): Decline | undefined {
  const plain = sentence.normalize('NFKC').replace(/[‘’ʼ]/g, "'").replace(/\s+/g, ' ');
  if (hard.some((pattern) => pattern.test(plain))) return 'hard';
  return soft.some((pattern) => pattern.test(plain)) ? 'soft' : undefined;
}

const cannot = `(?:can't|cannot|can not|could not|couldn't|won't|will not|am unable to|'m unable to|are unable to|'re unable to|am not able to|'m not able to|am not allowed to|'m not allowed to|am not permitted to|'m not permitted to|must not)`;
const speaker = String.raw`\b(?:i|we)\s?`;
const sources = `(?:documents?|documentation|docs|passages?|articles?|library|sources?|pages?|guides?|manuals?|knowledge base|context|results?|data|database)`;

const hard = [
  new RegExp(
    `${speaker}${cannot} (?:\\w+ly )?(?:help|assist|answer|comply|do (?:that|this|so)|discuss|disclose|reveal|share|provide|give|tell|fulfil|process|continue|repeat|print|show|support|follow|act on|advise|carry out|change|make)\\b`,
    'i',
  ),
  /\b(?:i|we) (?:must|have to|need to|will|would have to|am going to)? ?(?:decline|refuse)\b/i,
  /\b(?:is|are|'s) (?:not|n't) (?:something|a (?:question|request|topic)) (?:that )?(?:i|we) (?:can|could|may|am able)\b/i,
  /\b(?:is|are|falls?|lies?|goes|'s) (?:well )?(?:outside|beyond|out of) (?:of )?(?:my|our|the) (?:scope|remit|expertise|area|capabilit\w+|reach)\b/i,
  /\b(?:is|are|'s) (?:outside|beyond) what (?:i|we) (?:can|could|may|do|know)\b/i,
  /\b(?:request|question|message) (?:cannot|can't|could not|can not) be (?:answered|processed|fulfilled|completed|handled)\b/i,
  /\b(?:against|violates?) (?:my|our|the) (?:guidelines|polic(?:y|ies)|rules|instructions)\b/i,
  /^this answer is withheld\b/i,
  /^i am the offline model: no language model\b/i,
  /\bich (?:kann|darf|werde) (?:ihnen |dir |euch )?(?:dabei |damit |hier |das |dies |diese (?:frage|anfrage) |darauf |dazu |leider )*nicht(?:s)? (?:\w+ )?(?:helfen|beantworten|antworten|sagen|weiterhelfen|weitergeben|mitteilen)\b/i,
  /\bje ne (?:peux|puis) (?:malheureusement )?pas (?:vous |t'|y )?(?:aider|répondre|faire|communiquer|divulguer)/i,
  /\bno puedo (?:ayudar|responder|hacer|compartir|revelar)/i,
];

const soft = [
  new RegExp(
    `${speaker}(?:do not|don't|did not|didn't|${cannot}) find (?:\\w+ )?(?:that|this|it|anything|an answer|the answer|an? (?:mention|article|page|passage)|(?:any )?(?:information|mention|details?))\\b`,
    'i',
  ),
  new RegExp(
    `${speaker}(?:do not|don't|did not|didn't|${cannot}) find [^.;]{1,80}? in (?:\\S+ ){1,4}?${sources}\\b`,
    'i',
  ),
  new RegExp(`${speaker}(?:do not|don't) know\\b(?! (?:of|any)\\b)`, 'i'),
  new RegExp(
    `${speaker}(?:do not|don't|did not|didn't) have (?:\\w+ ){0,3}?(?:information|details|data|answer|records?|documentation|knowledge|access|a source)\\b`,
    'i',
  ),
  new RegExp(
    `${speaker}found (?:nothing|no (?:information|answer|passages?|articles?|documents?|mention|details))\\b`,
    'i',
  ),
  new RegExp(
    `\\b${sources} (?:\\w+ )?(?:does|do|did) ?(?:not|n't) (?:tell|say|mention|contain|cover|answer|include|provide|explain|describe|discuss|address|state)\\b`,
    'i',
  ),
  /\bno (?:relevant )?(?:information|answer|mention|details?) (?:\w+ ){0,8}?(?:was|were|is|are|could be|can be) (?:found|available|there|given|provided)\b/i,
  new RegExp(
    `\\bthere (?:is|was|are|were) (?:nothing|no (?:information|mention|answer|details?|entry|article)) [^.]{0,80}?\\b${sources}\\b`,
    'i',
  ),
  /\bnot (?:covered|mentioned|answered|described|explained|found) (?:in|by) (?:\S+ ){1,4}?(?:documents?|documentation|docs|passages?|articles?|library|sources?)\b/i,
  /\b(?:das|dies|dazu|darüber|hierzu) (?:weiß|finde|habe|steht|kann) (?:ich )?(?:\S+ ){0,5}?(?:nicht|nichts|keine \w+)\b/i,
  /\bich (?:weiß|finde) (?:das|es|dazu|darüber|hierzu) (?:\S+ ){0,4}?(?:nicht|nichts)\b/i,
  /\bje ne (?:trouve|sais) (?:pas|rien)\b/i,
  /\bno (?:encuentro|lo sé|tengo información)\b/i,
];
