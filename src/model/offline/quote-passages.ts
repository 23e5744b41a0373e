import { type Message, textOf } from '../../message.ts';
import { findEvidence } from '../evidence/find-evidence.ts';
import type { EvidencePassage } from '../evidence/read-passages.ts';
import { splitSentences } from '../evidence/split-sentences.ts';
import { foldText } from '../split-words.ts';
import { plain } from './plain.ts';

/** What the machine tells of an answer whose citations do not hold begins so; see `tellFaults`. */
export const withheld = /^Your answer was withheld:/;

const declines = /^If the passages do not tell, say[^:\n]*: (.+)$/m;
const longestQuote = 700;

/**
 * Answers from passages with their own sentences, each with its passage's id in brackets, or says that they do not tell. What
 * was refused in this turn is not said again.
 */
export function quotePassages(
  question: string,
  passages: EvidencePassage[],
  { system, messages }: { system: string; messages: Message[] },
): string {
  const refused = refusedIn(messages);
  const found = question ? findEvidence(question, passages, { refused }) : undefined;
  const said = (found?.quotes ?? []).map(({ id, text }) => cite(text, id));
  return said.join(' ') || declineOf(system);
}

/** What a colleague found, without what was refused. */
export function repeatFindings(
  findings: string,
  { system, messages }: { system: string; messages: Message[] },
): string {
  const refused = refusedIn(messages);
  const kept = splitSentences(findings).filter(({ text }) => !refused(text.replaceAll(/\[p-\w+\]/g, '')));
  return kept.map(({ text }) => text).join(' ') || declineOf(system);
}

/** What to say where the documents do not tell: as the prompt has it. */
export function declineOf(system: string): string {
  return declines.exec(system)?.[1]?.trim() ?? 'I do not find that in the documents.';
}

/** Whether the prompt says that answers come from documents, with citations. */
export function isCiting(system: string): boolean {
  return declines.test(system);
}

/** The citation stands before the full stop of each sentence, so that it belongs to this one and not to the next. */
function cite(text: string, id: string): string {
  const line = plain(text);
  const bare = line.length > longestQuote ? line.slice(0, line.lastIndexOf(' ', longestQuote)) : line;
  return splitSentences(bare)
    .map((sentence) => citeSentence(sentence.text, id))
    .join(' ');
}

function citeSentence(sentence: string, id: string): string {
  const [end = ''] = /[.!。！]["”’)\]]*$/.exec(sentence) ?? [];
  const stop = /^[.。!！]$/.test(end) ? end : '.';
  return `${end.length === 1 ? sentence.slice(0, -1) : sentence} [${id}]${stop}`;
}

/** Which sentences the machine quoted when it withheld an answer in this turn. */
function refusedIn(messages: Message[]): (text: string) => boolean {
  const last = messages.at(-1);
  const told = last?.type === 'human' && withheld.test(textOf(last.content)) ? textOf(last.content) : '';
  const quoted = [...told.matchAll(/^- .*?: "(.+)"$/gm)].map(([, text = '']) => lettersOf(text));
  return (text) => quoted.some((quote) => quote !== '' && lettersOf(plain(text)).startsWith(quote));
}

function lettersOf(text: string): string {
  return foldText(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}
