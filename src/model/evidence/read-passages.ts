import { readStatements, type Statement } from './read-statements.ts';
import { readWords, type Word } from './read-words.ts';

/** A piece of a document, as a search gives it. */
export interface EvidencePassage {
  id: string;
  title?: string;
  /** The headings above it. */
  section?: string;
  text: string;
}

export interface ReadSentence extends Statement {
  words: Word[];
  /** What the title and the headings above it say. */
  head: ReadonlySet<string>;
  /** The headings next above it, outer and inner: of each, the words that say something. */
  headings: ReadonlySet<string>[];
  keys: ReadonlySet<string>;
}

export interface ReadPassage {
  passage: EvidencePassage;
  /** Its place in the search's order, from 0. */
  rank: number;
  /** What its title and its headings say. */
  head: ReadonlySet<string>;
  /** What all of it says. */
  keys: ReadonlySet<string>;
  sentences: ReadSentence[];
}

/** Where a link leads, and what else is an address, says nothing. */
const address = /(?<=\])\([^()\s]*\)|\b[a-z][a-z+]*:\/\/[^\s`)]+/gi;

/** Reads what a search brought, best first. */
export function readPassages(passages: EvidencePassage[]): ReadPassage[] {
  return passages.map((passage, rank) => {
    const head = keysOf(readWords([passage.title, passage.section].filter(Boolean).join('. ')));
    const sentences = readStatements(passage.text).map((statement) => {
      const words = readWords(statement.text.replaceAll(address, ' '));
      const under = keysOf(readWords(statement.under));
      const headings = [passage.section?.split(' > ').at(-1), statement.heading].flatMap(tellingKeys);
      return { ...statement, words, keys: keysOf(words), head: new Set([...head, ...under]), headings };
    });
    const keys = new Set([...head, ...sentences.flatMap((sentence) => [...sentence.keys])]);
    return { passage, rank, head, keys, sentences };
  });
}

function keysOf(words: Word[]): ReadonlySet<string> {
  return new Set(words.map(({ key }) => key));
}

function tellingKeys(heading = ''): ReadonlySet<string>[] {
  const telling = keysOf(readWords(heading).filter(({ little }) => !little));
  return telling.size > 0 ? [telling] : [];
}
