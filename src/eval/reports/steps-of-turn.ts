import type { Json, JsonObject } from '../../message.ts';
import type { SeenCall, TurnTranscript } from '../transcript.ts';

/** One thing that happened in a turn, as text to be shown. */
export interface Step {
  kind: 'user' | 'hop' | 'call' | 'guard' | 'wait' | 'answer' | 'error';
  /** Who or what: `triage → sql`, `sql calls run_sql`. */
  title: string;
  /** What went in: a brief, arguments; empty where there is none. */
  input: string;
  /** What came out: a result, an answer, a reason. */
  output: string;
  /** A hop that was refused, a call that failed, a guard that held something back, an error. */
  bad: boolean;
}

/**
 * The steps of a turn in order. A transcript has hops and calls apart: the calls of an agent come before its next hop, so that the calls of an agent
 * that spoke twice stand where it spoke first.
 */
export function stepsOfTurn(turn: TurnTranscript): Step[] {
  const steps: Step[] = [step('user', 'user', { output: turn.user })];
  const calls = [...turn.calls];
  for (const guard of turn.guards.filter(({ place }) => place === 'input')) steps.push(guardStep(guard));
  for (const { from, to, brief, refused } of turn.hops) {
    while (calls[0]?.agent === from) steps.push(...calls.splice(0, 1).map(callStep));
    const more = refused === undefined ? {} : { output: `refused: ${refused}`, bad: true };
    steps.push(step('hop', `${from} → ${to}`, { input: showFields(brief), ...more }));
  }
  steps.push(...calls.map(callStep));
  for (const guard of turn.guards.filter(({ place }) => place !== 'input')) steps.push(guardStep(guard));
  for (const wait of turn.waits) steps.push(step('wait', 'waits for a person', { input: showValue(wait) }));
  if (turn.error)
    steps.push(step('error', `error: ${turn.error.error}`, { output: turn.error.message, bad: true }));
  if (turn.answer !== '' || (!turn.error && turn.waits.length === 0))
    steps.push(step('answer', `${turn.path.at(-1) ?? 'nobody'} says`, { output: turn.answer }));
  return steps;
}

/** A step in one line, with as much of what went in and came out. */
export function tellStep({ title, input, output, bad }: Step, longest: number): string {
  const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);
  const parts = [title, input && `(${cut(input)})`, output && `${bad ? '✗' : '⇒'} ${cut(output)}`];
  return parts.filter(Boolean).join(' ').replaceAll(/\s+/g, ' ');
}

function callStep({ agent, name, args, result, failed }: SeenCall): Step {
  return step('call', `${agent} calls ${name}`, { input: showFields(args), output: result, bad: failed });
}

function guardStep({ agent, place, guard, blocked, why }: TurnTranscript['guards'][number]): Step {
  const title = `${guard} ${blocked ? 'holds back' : 'changes'} the ${place} of ${agent}`;
  return step('guard', title, { output: why, bad: blocked });
}

function step(kind: Step['kind'], title: string, more: Partial<Step>): Step {
  return { kind, title, input: '', output: '', bad: false, ...more };
}

/** `name: value`, a line each. */
function showFields(fields: JsonObject): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${showValue(value)}`)
    .join('\n');
}

function showValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
