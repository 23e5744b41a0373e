import { questionKinds } from './question-kinds.ts';
import { readTokens } from './tokens.ts';

/** What a sentence of an agent's prompt says about whom questions go to. */
export interface Rule {
  /** The agent that it names. */
  to: string;
  /** Its words about the questions. */
  text: string;
  /** Whether it keeps them from that agent: `never to sql`, `rather than to sql`. */
  against: boolean;
  /** Whether it is about all questions, or about those that are left over. */
  takes: 'these' | 'all' | 'rest';
}

const routingWords = words(
  'question questions ask asks asked go goes send sent pass passed hand hands handed over route routed belong belongs take takes agent ' +
    'case cases to for the them it those that which be are is and but or should must all always',
);
const joiningWords = words('and or nor but not never rather than instead of to the');
const destinationWords = words('to for by let ask use call choose prefer');
const openingWords = words('and but so please');

/** Whether a word only says where questions go, and nothing about them. */
export function isRoutingWord(word: string): boolean {
  return routingWords.has(word.toLowerCase());
}

const goesOn =
  /^(and )?(so (do|does|are|is)|also|likewise|(they|these|those) (also|too)|the same (goes|holds))\b/i;
const all =
  /\b(everything|anything|whatever|(all|any|every)( other)? (questions?|requests?|messages?|cases))\b/i;
const rest = /\b(else|other|remaining|rest)\b/i;

/**
 * Reads from a prompt where it sends questions: each sentence that names one of the agents as the one to go to, cut where it names several.
 * What stands before a name belongs to it, as in `counts go to sql and wishes to search`, or what stands behind it where the sentence begins
 * with names, as in `sql takes counts`; a name without words of its own shares those before it, as in `go to search, never to sql`.
 */
export function readRules(prompt: string, agents: string[]): Rule[] {
  const rules: Rule[] = [];
  for (const sentence of sentencesOf(prompt, agents)) {
    const before = rules.at(-1);
    const found = destinationsIn(sentence, agents);
    if (found.length > 0) rules.push(...rulesIn(sentence, found));
    else if (before && goesOn.test(sentence)) rules.push({ ...before, text: sentence, takes: 'these' });
  }
  return rules;
}

interface Named {
  agent: string;
  start: number;
  end: number;
}

function rulesIn(sentence: string, found: Named[]): Rule[] {
  const leads = !says(sentence.slice(0, found[0]?.start));
  let shared = '';
  return found.map(({ agent, start, end }, at) => {
    const before = sentence.slice(found[at - 1]?.end ?? 0, start);
    const behind = sentence.slice(end, found[at + 1]?.start);
    const own = leads ? behind : before;
    if (says(own)) shared = own;
    const text = leads || at < found.length - 1 ? shared : `${shared} ${behind}`;
    const against = isRefused(before) || forbids(before) || (leads && forbids(behind));
    return { to: agent, text, against, takes: takenBy(text) };
  });
}

function says(text: string): boolean {
  return tellsSomething(text) || all.test(text) || rest.test(text);
}

function takenBy(text: string): Rule['takes'] {
  if (tellsSomething(text.replace(all, '').replace(rest, ''))) return 'these';
  if (rest.test(text)) return 'rest';
  return all.test(text) ? 'all' : 'these';
}

/** Names that stand as somebody to go to; where none does, all: names may be common words, such as `account`. */
function destinationsIn(sentence: string, agents: string[]): Named[] {
  const named = agents
    .flatMap((agent) => [...sentence.matchAll(nameOf(agent))].map((match) => toNamed(agent, match)))
    .sort((one, other) => one.start - other.start);
  const meant: Named[] = [];
  for (const one of named) {
    const last = meant.at(-1);
    const between = last && wordsOf(sentence.slice(last.end, one.start));
    const isJoined = between?.every((word) => joiningWords.has(word));
    if (isJoined || leadsTo(wordsOf(sentence.slice(0, one.start)))) meant.push(one);
  }
  return meant.length > 0 ? meant : named;
}

/** Whether a name behind these words is one to go to: it begins the sentence, or stands behind `to`, `use` and the like. */
function leadsTo(before: string[]): boolean {
  const last = before.at(-1) === 'the' ? before.at(-2) : before.at(-1);
  return last === undefined || destinationWords.has(last);
}

/** Whether what stands before a name says that questions do not go there: a refusal with nothing but routing behind it. */
function isRefused(before: string): boolean {
  const said = wordsOf(before);
  const last = said.findLastIndex((word) => isRefusal(word) || !isRoutingWord(word));
  const pair = `${said[last - 1]} ${said[last]}`;
  return isRefusal(said[last] ?? '') || pair === 'instead of' || pair === 'rather than';
}

/** Whether a text begins with a refusal, as `do not send …` does. */
function forbids(text: string): boolean {
  const said = wordsOf(text).filter((word) => !openingWords.has(word));
  return isRefusal(said[0] ?? '') || (said[0] === 'do' && said[1] === 'not');
}

function isRefusal(word: string): boolean {
  return word === 'never' || word === 'not' || word === 'except' || word.endsWith("n't");
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}']+/gu) ?? []
  );
}

function words(list: string): Set<string> {
  return new Set(list.split(' '));
}

function toNamed(agent: string, { 0: { length }, index }: RegExpExecArray): Named {
  return { agent, start: index, end: index + length };
}

function nameOf(agent: string): RegExp {
  return new RegExp(`(?<![\\w-])${agent.replaceAll(/[^\w\s]/g, '\\$&')}(?![\\w-])`, 'gi');
}

/** A part behind a semicolon goes on with the sentence unless it names somebody itself. */
function sentencesOf(prompt: string, agents: string[]): string[] {
  const sentences: string[] = [];
  for (const sentence of prompt.split(/(?<=[.!?])\s+|\n\s*\n|\n\s*[-*]\s/)) {
    let whole: string | undefined;
    for (const part of sentence.split(/(?<=;)\s+/)) {
      const starts = whole === undefined || agents.some((agent) => nameOf(agent).test(part));
      if (starts && whole !== undefined) sentences.push(whole);
      whole = starts ? part : `${whole} ${part}`;
    }
    if (whole) sentences.push(whole);
  }
  return sentences;
}

function tellsSomething(text: string): boolean {
  const said = readTokens(text).some(({ weight, value }) => weight === 1 && !isRoutingWord(value));
  return said || questionKinds(text).size > 0;
}
