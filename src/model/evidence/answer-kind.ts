import { foldText, isUnspaced } from '../split-words.ts';
import type { Word } from './read-words.ts';

/** What a question wants to be told; `other` where its words do not say. */
export type AnswerKind = 'person' | 'place' | 'time' | 'number' | 'other';

const asksWhich = '(?:what|(?:in )?which|in what)';

/** By the words that ask, in English, Spanish, French, German and Chinese; the first that fits. */
const asking: [AnswerKind, RegExp][] = [
  [
    'time',
    new RegExp(
      `\\b(when|${asksWhich} (year|date|day|month|time|decade|century)|how long ago|cuando|en que ano|quand|en quelle annee|wann)\\b|什么时候|何时|哪年|几点`,
    ),
  ],
  [
    'number',
    /\b(how (many|much|long|old|tall|large|big|high|far|often|fast|deep|wide|heavy|late|early)|what (percent|percentage|number|fraction|proportion|amount|size|age|temperature|price|cost)|cuant[oa]s?|combien|wie ?viele?)\b|多少|几个|多久|多大/,
  ],
  ['person', /\b(who|whom|whose|quien(es)?|qui|wer|wem|wen)\b|谁/],
  [
    'place',
    new RegExp(
      `\\b(where|${asksWhich} (city|country|state|county|town|region|continent)|donde|wo)\\b|^ou\\b|哪里|哪儿|在哪`,
    ),
  ],
];

const timeWords =
  words(`january february march april may june july august september october november december enero
  febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre janvier fevrier mars avril mai
  juin juillet aout septembre octobre decembre januar februar marz juni juli oktober dezember century centuries decade
  today yesterday year years monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter month
  months week weeks day days hour hours minute minutes second seconds night morning evening immediately`);
const countWords =
  words(`one once twice both half third thirds quarter several few many most none no dozen hundred
  hundreds thousand thousands million millions billion billions percent majority all first second single double`);

/** What a question wants: judged by its asking words alone. */
export function answerKindOf(question: string): AnswerKind {
  const folded = foldText(question);
  return asking.find(([, pattern]) => pattern.test(folded))?.[0] ?? 'other';
}

/** Whether what is wanted can be told by its looks. */
export function isTyped(kind: AnswerKind): boolean {
  return kind !== 'other';
}

/** The words of a sentence that may be what is wanted. Names stand for persons and places, in scripts that have capitals. */
export function candidatesFor(kind: AnswerKind, sentence: Word[]): Word[] {
  switch (kind) {
    case 'time':
      return sentence.filter(
        (word) => isYear(word) || timeWords.has(word.folded) || /^\d+s$/.test(word.folded),
      );
    case 'number':
      return sentence.filter(({ kind, folded }) => kind === 'number' || countWords.has(folded));
    case 'person':
    case 'place':
      return sentence.filter(({ kind, folded }) => kind === 'name' || isUnspaced(folded));
    case 'other':
      return sentence.filter(({ little }) => !little);
  }
}

function isYear({ kind, key }: Word): boolean {
  return kind === 'number' && /^(1\d|20)\d\d$/.test(key);
}

function words(list: string): Set<string> {
  return new Set(list.trim().split(/\s+/));
}
