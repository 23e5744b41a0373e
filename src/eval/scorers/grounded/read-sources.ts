import { addressNames } from '../../../handoff/citations/addresses.ts';
import { passagesIn } from '../../../handoff/citations/found-passages.ts';
import { type PassageSentence, readSentences } from '../../../handoff/citations/is-turned-around.ts';
import { toldIn } from '../../../handoff/citations/told-in.ts';
import { joinEvidence, readEvidence, type WordEvidence } from '../../../handoff/citations/word-evidence.ts';
import type { Message } from '../../../message.ts';
import type { SeenCall, TurnTranscript } from '../../transcript.ts';

/** What an answer of a turn may rest on. */
export interface Sources {
  /** What passages and results of calls say, as far as words tell. */
  found: WordEvidence;
  /** What the user said. */
  asked: WordEvidence;
  /** What calls asked, which code in an answer may repeat. */
  calls: WordEvidence;
  sentences: PassageSentence[];
  /** Addresses that one of them names. */
  addresses: Set<string>;
  askedAddresses: Set<string>;
  languages: string[];
}

/** Reads what a turn's calls brought; those that failed brought nothing. A call's own texts that its result repeats are left out. */
export function readSources({ user, calls, passages }: TurnTranscript): Sources {
  const good = calls.filter(({ failed }) => !failed);
  const searching = new Set(
    good.filter(({ artifact }) => passagesIn(artifact).length > 0).map(({ name }) => name),
  );
  const shown = good.flatMap(({ artifact }) => passagesIn(artifact));
  const shownIds = new Set(shown.map(({ id }) => id));
  const texts = [
    ...shown.map(({ title = '', headings, url = '', text, language }) => ({
      text: [title, ...headings, text, url].join('\n'),
      language,
    })),
    ...passages.filter(({ id }) => !shownIds.has(id)).map(({ text }) => ({ text, language: 'en' })),
    ...toldIn(asMessages(good), searching, user).map((text) => ({ text, language: 'en' })),
  ];
  const languages = [...new Set(['en', ...texts.map(({ language }) => language)])];
  const sentences = texts.flatMap(({ text, language }) => readSentences(text, language));
  const counts = good.flatMap(({ result }) => listLengths(result)).map(String);
  return {
    found: joinEvidence([...sentences, { terms: new Set(), figures: new Set(counts) }]),
    asked: readIn(user, languages),
    calls: readIn(JSON.stringify(good.map(({ args }) => args)), languages),
    sentences,
    addresses: addressNames(...texts.map(({ text }) => text)),
    askedAddresses: addressNames(user),
    languages,
  };
}

function readIn(text: string, languages: string[]): WordEvidence {
  return joinEvidence(languages.map((language) => readEvidence(text, language)));
}

function asMessages(calls: SeenCall[]): Message[] {
  return calls.map(({ name, args, result }, at) => ({
    type: 'tool',
    id: `result-${at}`,
    tool_call_id: `call-${at}`,
    status: 'success',
    name,
    args,
    content: spread(result),
  }));
}

/** What JSON says, one value a line, behind its name: the numbers of `[1,349]` are two. Other texts stay as they are. */
function spread(result: string): string {
  const value = readJson(result);
  return typeof value === 'object' && value !== null ? linesOf('', value).join('\n') : result;
}

function linesOf(name: string, value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [`${name.replaceAll('_', ' ')} ${value}`];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, part]) => linesOf(isList ? name : key, part));
}

/** How long the lists in a result are: `three films` is true of three. */
function listLengths(result: string): number[] {
  return lengthsIn(readJson(result));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lengthsIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [value.length] : [];
  return [...own, ...Object.values(value).flatMap(lengthsIn)];
}
