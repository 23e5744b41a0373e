import { type Message, textOf } from '../../message.ts';
import type { FileProblem } from '../../yaml/file-problem.ts';
import { checkYaml, type YamlSource } from '../../yaml/yaml-source.ts';
import type { Case, CaseTurn } from '../suite.ts';
import { type CheckedCase, caseSchema } from './case-schema.ts';
import type { CheckedExpectation } from './expectation-schema.ts';
import { hashCase } from './hash-case.ts';
import { present } from './kinds.ts';
import { mergeExpectations } from './merge-expectations.ts';
import { prohibitionsOf } from './prohibitions-of.ts';
import { resolveExpectation } from './resolve-expectation.ts';
import { resolveMessages } from './resolve-messages.ts';

/** What a suite says of all its cases. */
export interface CaseDefaults {
  graph: string;
  tags: string[];
  gate: boolean;
  expect: CheckedExpectation;
}

/** A case as it was written, and where: `at` is its path in the source, `source.data` holds it there. */
export interface CaseEntry {
  written: CheckedCase;
  source: YamlSource;
  at: PropertyKey[];
}

/** Checks one case that stands alone in its source, as in a line of a file. */
export function readEntry(source: YamlSource): CaseEntry | FileProblem[] {
  const written = checkYaml(source, caseSchema);
  return Array.isArray(written) ? written : { written, source, at: [] };
}

/** What a case means; `idFor` names one that has no id. Returns the case, or what is wrong with it. */
export function resolveCase(
  { written, source, at }: CaseEntry,
  defaults: CaseDefaults,
  idFor: (question: string) => string,
): Case | FileProblem[] {
  const found = (path: PropertyKey[], message: string) => source.problem([...at, ...path], message);
  const { messages, faults } = resolveMessages(written.messages ?? []);
  if (faults.length > 0)
    return faults.map((fault) => found(['messages', fault.at], `messages.${fault.at}: ${fault.message}.`));
  const asked = findTurns(written, messages);
  if (typeof asked === 'string') return [found(['messages'], asked)];
  const turns = asked.turns.map(({ expect, ...turn }, index): CaseTurn => {
    const isLast = index === asked.turns.length - 1;
    const outer = [defaults.expect, written.expect ?? {}];
    const inherited = isLast ? outer : outer.map(prohibitionsOf);
    return { ...turn, expect: resolveExpectation(mergeExpectations([...inherited, expect])) };
  });
  if (turns.every(({ expect }) => Object.keys(expect).length === 0))
    return [found([], 'Nothing is expected of this case: write expect.')];
  const read = {
    id: written.id ?? idFor(turns[0]?.ask ?? ''),
    history: asked.history,
    turns,
    tags: [...new Set([...defaults.tags, ...(written.tags ?? [])])],
    gate: written.gate ?? defaults.gate,
    graph: written.graph ?? defaults.graph,
    configurable: written.configurable ?? {},
    source: { file: source.file, line: source.lineOf(at) },
  };
  return { ...read, hash: hashCase(read) };
}

interface WrittenTurn extends Pick<CaseTurn, 'ask' | 'resume'> {
  expect?: CheckedExpectation | undefined;
}

/** What the user does, and what was said before; or why there is nothing to be done. */
function findTurns(
  { ask, turns }: CheckedCase,
  messages: Message[],
): { history: Message[]; turns: WrittenTurn[] } | string {
  if (turns) return { history: messages, turns: turns.map(present) };
  if (ask !== undefined) return { history: messages, turns: [{ ask }] };
  const last = messages.at(-1);
  if (last?.type !== 'human') return "messages: nothing is asked: the last message is not a user's.";
  const onlyText = typeof last.content === 'string' || last.content.every(({ type }) => type === 'text');
  const question = textOf(last.content);
  if (!onlyText || !question.trim()) return 'messages: what is asked, in the last message, has to be a text.';
  return { history: messages.slice(0, -1), turns: [{ ask: question }] };
}
