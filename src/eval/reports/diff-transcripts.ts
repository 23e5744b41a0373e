import { diffArrays } from 'diff';
import { cut, cutIn } from '../comparing/baseline-case.ts';
import type { Transcript, TurnTranscript } from '../transcript.ts';
import { diffWordsOf, type WordPart } from './diff-words.ts';
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
 * long texts and no results of calls: what it does not have is no difference.
 */
export function diffTranscripts(before: Transcript | null, after: Transcript): StepDiff[][] {
  const old = before?.turns.filter(wasKept) ?? [];
  return Array.from({ length: Math.max(old.length, after.turns.length) }, (_, at) => {
    const [was, is] = [old[at], after.turns[at]];
    if (!was || !is) return alignSteps(was ? stepsOfTurn(was) : [], is ? stepsOfTurn(is) : []);
    return isFromBaseline(was) ? diffWithBaseline(was, is) : alignSteps(stepsOfTurn(was), stepsOfTurn(is));
  });
}

/** A baseline keeps the words of one attempt at a case, and figures alone of the others. */
function wasKept({ user, path, answer }: TurnTranscript): boolean {
  return user !== '' || path.length > 0 || answer !== '';
}

function isFromBaseline({ measures }: TurnTranscript): boolean {
  return measures.milliseconds === null;
}

function diffWithBaseline(was: TurnTranscript, is: TurnTranscript): StepDiff[] {
  const after = stepsOfTurn({
    ...is,
    user: cut(is.user),
    answer: cut(is.answer),
    hops: is.hops.map((hop) => ({ ...hop, brief: cutIn(hop.brief) })),
    calls: is.calls.map((call) => ({ ...call, args: cutIn(call.args) })),
  });
  const before = stepsOfTurn(was).filter(({ kind, output }) => kind !== 'answer' || output !== '');
  return alignSteps(before, after).map((step) => {
    if (step.kind === 'guard' || step.kind === 'wait') return { ...step, mark: 'same' };
    if (step.kind !== 'call' || !step.before || !step.after) return step;
    const { before: left, after: right } = step;
    const mark = sayTheSame({ ...right, output: left.output }, left) ? 'same' : step.mark;
    return { ...step, mark, output: [] };
  });
}

function alignSteps(before: Step[], after: Step[]): StepDiff[] {
  const parts = diffArrays(before, after, { comparator: (one, other) => keyOf(one) === keyOf(other) });
  const diffs: StepDiff[] = [];
  let [old, now] = [0, 0];
  for (const [at, { removed, added, value }] of parts.entries()) {
    if (removed) {
      const gained = parts[at + 1]?.added ? after.slice(now, now + (parts[at + 1]?.value.length ?? 0)) : [];
      diffs.push(...pairUp(before.slice(old, old + value.length), gained));
      old += value.length;
      now += gained.length;
    } else if (!added) {
      for (const _ of value) diffs.push(diffStep(before[old++] ?? null, after[now++] ?? null));
    } else if (!parts[at - 1]?.removed) {
      diffs.push(...pairUp([], after.slice(now, now + value.length)));
      now += value.length;
    }
  }
  return diffs;
}

function keyOf({ kind, title }: Step): string {
  return kind === 'answer' || kind === 'user' ? kind : `${kind} ${title}`;
}

/** Where the steps went apart, a hop to somebody else, or another call of the same agent, is the same step that changed. */
function pairUp(removed: Step[], added: Step[]): StepDiff[] {
  const left = [...added];
  const diffs: StepDiff[] = [];
  for (const step of removed) {
    const at = left.findIndex((other) => other.kind === step.kind && actorOf(other) === actorOf(step));
    if (at < 0) {
      diffs.push(diffStep(step, null));
      continue;
    }
    const [pair = null, ...skipped] = left.splice(0, at + 1).reverse();
    diffs.push(...skipped.reverse().map((other) => diffStep(null, other)), diffStep(step, pair));
  }
  return [...diffs, ...left.map((step) => diffStep(null, step))];
}

function actorOf({ title }: Step): string {
  return title.split(' ', 1)[0] ?? '';
}

function diffStep(before: Step | null, after: Step | null): StepDiff {
  const words = (field: 'title' | 'input' | 'output') =>
    diffWordsOf(before?.[field] ?? '', after?.[field] ?? '');
  const kind = (after ?? before)?.kind ?? 'answer';
  const same = before && after && sayTheSame(before, after);
  const mark = !before ? 'added' : !after ? 'removed' : same ? 'same' : 'changed';
  return { kind, mark, before, after, title: words('title'), input: words('input'), output: words('output') };
}

function sayTheSame(one: Step, other: Step): boolean {
  const text = ({ title, input, output, bad }: Step) =>
    JSON.stringify([title, input, output, bad]).replaceAll(/(?:\s|\\[nrt])+/g, ' ');
  return text(one) === text(other);
}
