import { diffArrays } from 'diff';
import { cut, cutIn } from '../comparing/baseline-case.ts';
import type { Transcript, TurnTranscript } from '../transcript.ts';
import { diffWordsOf, openWordBudget, type WordBudget, type WordPart } from './diff-words.ts';
import { type Step, stepsOfTurn } from './steps-of-turn.ts';

/** A step of one attempt beside the step of the other that it answers to. */
export interface StepDiff {
  kind: Step['kind'];
  /** `changed`: both have it, and it says something else. */
  mark: 'same' | 'removed' | 'added' | 'changed';
  before: Step | null;
  after: Step | null;
  title: WordPart[];
  input: WordPart[];
  /** Empty where one side did not keep it. */
  output: WordPart[];
}

/**
 * The steps of each turn of two attempts at one case, aligned; turns are matched by their number. A baseline keeps only the beginning of
 * long texts and no results of calls: what it does not have is no difference. Words of steps that changed are told apart as far as the budget goes.
 */
export function diffTranscripts(
  before: Transcript | null,
  after: Transcript,
  words: WordBudget = openWordBudget(),
): StepDiff[][] {
  const old = before?.turns.filter(wasKept) ?? [];
  return Array.from({ length: Math.max(old.length, after.turns.length) }, (_, at) => {
    const [was, is] = [old[at], after.turns[at]];
    if (!was || !is) return alignSteps(was ? stepsOfTurn(was) : [], is ? stepsOfTurn(is) : [], words);
    return isFromBaseline(was)
      ? diffWithBaseline(was, is, words)
      : alignSteps(stepsOfTurn(was), stepsOfTurn(is), words);
  });
}

/** A baseline keeps the words of one attempt at a case, and figures alone of the others. */
function wasKept({ user, path, answer }: TurnTranscript): boolean {
  return user !== '' || path.length > 0 || answer !== '';
}

function isFromBaseline({ measures }: TurnTranscript): boolean {
  return measures.milliseconds === null;
}

function diffWithBaseline(was: TurnTranscript, is: TurnTranscript, words: WordBudget): StepDiff[] {
  const after = stepsOfTurn({
    ...is,
    user: cut(is.user),
    answer: cut(is.answer),
    hops: is.hops.map((hop) => ({ ...hop, brief: cutIn(hop.brief) })),
    calls: is.calls.map((call) => ({ ...call, args: cutIn(call.args) })),
  });
  const before = stepsOfTurn(was).filter(({ kind, output }) => kind !== 'answer' || output !== '');
  return alignSteps(before, after, words).map((step) => {
    if (step.kind === 'guard' || step.kind === 'wait') return { ...step, mark: 'same' };
    if (step.kind !== 'call' || !step.before || !step.after) return step;
    const { before: left, after: right } = step;
    const mark = sayTheSame({ ...right, output: left.output }, left) ? 'same' : step.mark;
    return { ...step, mark, output: [] };
  });
}

/** The work grows with the square of these. */
const mostEdits = 60;

/** Turns that differ in more steps than that have them paired in order. */
function alignSteps(before: Step[], after: Step[], words: WordBudget): StepDiff[] {
  const parts = comparePaths(before.map(keyOf), after.map(keyOf));
  const diffs: StepDiff[] = [];
  let [old, now] = [0, 0];
  for (const { same, removed, added } of parts) {
    for (let at = 0; at < same; at++)
      diffs.push(diffStep(before[old++] ?? null, after[now++] ?? null, words));
    const [lost, gained] = [before.slice(old, old + removed), after.slice(now, now + added)];
    for (const pair of pairUp(lost, gained)) diffs.push(diffStep(...pair, words));
    [old, now] = [old + removed, now + added];
  }
  return diffs;
}

/** So many steps are the same, then so many gave way to so many others. */
interface Stretch {
  same: number;
  removed: number;
  added: number;
}

function comparePaths(before: string[], after: string[]): Stretch[] {
  const changes = diffArrays(before, after, { maxEditLength: mostEdits });
  if (!changes) return [{ same: 0, removed: before.length, added: after.length }];
  const stretches: Stretch[] = [{ same: 0, removed: 0, added: 0 }];
  for (const { removed, added, count } of changes) {
    const last = stretches.at(-1);
    if (!removed && !added) stretches.push({ same: count, removed: 0, added: 0 });
    else if (last) last[removed ? 'removed' : 'added'] += count;
  }
  return stretches;
}

function keyOf({ kind, title }: Step): string {
  return kind === 'answer' || kind === 'user' ? kind : `${kind} ${title}`;
}

type Pair = [Step | null, Step | null];

/** Where the steps went apart, a hop to somebody else, or another call of the same agent, is the same step that changed. */
function pairUp(removed: Step[], added: Step[]): Pair[] {
  const places = Map.groupBy(added.keys(), (at) => doerOf(added[at]));
  const pairs: Pair[] = [];
  let next = 0;
  for (const step of removed) {
    const mine = places.get(doerOf(step)) ?? [];
    while (mine[0] !== undefined && mine[0] < next) mine.shift();
    const at = mine.shift();
    while (at !== undefined && next < at) pairs.push([null, added[next++] ?? null]);
    pairs.push([step, at === undefined ? null : (added[next++] ?? null)]);
  }
  while (next < added.length) pairs.push([null, added[next++] ?? null]);
  return pairs;
}

function doerOf(step: Step | undefined): string {
  return step ? `${step.kind} ${actorOf(step)}` : '';
}

function actorOf({ title }: Step): string {
  return title.split(' ', 1)[0] ?? '';
}

function diffStep(before: Step | null, after: Step | null, budget: WordBudget): StepDiff {
  const kind = (after ?? before)?.kind ?? 'answer';
  const same = before && after && sayTheSame(before, after);
  const mark = !before ? 'added' : !after ? 'removed' : same ? 'same' : 'changed';
  const words = (field: 'title' | 'input' | 'output') => {
    const [was, is] = [before?.[field] ?? '', after?.[field] ?? ''];
    return mark === 'changed' ? diffWordsOf(was, is, budget) : whole(mark, after ? is : was);
  };
  return { kind, mark, before, after, title: words('title'), input: words('input'), output: words('output') };
}

function whole(mark: WordPart['mark'], text: string): WordPart[] {
  return text === '' ? [] : [{ mark, text }];
}

function sayTheSame(one: Step, other: Step): boolean {
  const text = ({ title, input, output, bad }: Step) =>
    JSON.stringify([title, input, output, bad]).replaceAll(/(?:\s|\\[nrt])+/g, ' ');
  return text(one) === text(other);
}
