import { type EvidencePassage, type ReadPassage, type ReadSentence, readPassages } from './read-passages.ts';
import { readQuestion } from './read-question.ts';
import { type Signs, weighSentence } from './weigh-sentence.ts';

/** A sentence that may answer a question, with what speaks for it. */
export interface RatedSentence {
  passage: ReadPassage;
  /** Its place among the passage's sentences. */
  index: number;
  sentence: ReadSentence;
  signs: Signs;
}

/** No sentence to cite: a question, a heading, a link alone, what leads to a list, or text that has the look of a citation in it. */
const noStatement =
  /[?？]["”’)\]*_]*$|[?？]\]\(|[:：]["”*_]*$|^#{1,6}\s|^(?:[-*+•]\s+|\d{1,3}[.)]\s+)?!?\[[^\]]*\](?:\([^)]*\))?[.,;]?$|^\*\*[^*]+\*\*$|\[\^?p-/i;

/** Every sentence of the passages that states something, with its signs. */
export function rateSentences(question: string, passages: EvidencePassage[]): RatedSentence[] {
  const read = readPassages(passages);
  const asked = readQuestion(question, read);
  return read.flatMap((passage) =>
    passage.sentences.flatMap((sentence, index) =>
      !sentence.isWhole || noStatement.test(sentence.text) || sentence.words.length < 2
        ? []
        : [{ passage, index, sentence, signs: weighSentence(asked, passage, index) }],
    ),
  );
}
