import type { SeededRandom } from '../../src/films/seeded-random.ts';
import type { Asked, AskedMessage, Said } from '../model-server.ts';

/** What a turn has the clerk do, step by step; the calls of a step are made at once. */
export type Plan = Work[][];
export type Work = 'look' | 'note' | 'post' | 'charge';

const plans: Plan[] = [
  [['look'], ['note']],
  [['note', 'post'], ['charge']],
  [['charge'], ['look', 'note'], ['post']],
  [['post'], ['note']],
  [['look', 'charge', 'note']],
  [],
];

export function pickPlan(random: SeededRandom): Plan {
  return random.pick(plans);
}

/** What the user says: the model reads its part from it. */
export function question(label: string, plan: Plan): string {
  return `turn ${label}: ${plan.map((step) => step.join('+')).join(', ')}.`;
}

/** Numbered, so that a word that is lost or comes twice is seen. */
export function answerTokens(label: string): string[] {
  return ['Turn ', label, ' is done:', ...Array.from({ length: 57 }, (_, at) => ` w${at}`)];
}

export function answerText(label: string): string {
  return answerTokens(label).join('');
}

/** What a call changes, by name: one effect, whatever happens. */
export function effectName(label: string, step: number, work: Work): string {
  return `${label}/${step}/${work}`;
}

/** The effects that a turn has when it ended well. */
export function effectsOf(label: string, plan: Plan): string[] {
  return plan.flatMap((works, step) =>
    works.filter((work) => work !== 'look').map((work) => effectName(label, step, work)),
  );
}

/** Says what comes next in the turn, from the conversation alone: the door hands over, the clerk works and then answers. */
export function playModel(random: SeededRandom): (asked: Asked) => Said {
  return ({ messages, tools }) => {
    const pace = { firstMs: random.whole(5, 120), tokenMs: random.whole(2, 25) };
    const { label, plan } = readQuestion(messages);
    if (tools.includes('transfer_to_clerk')) {
      return { ...pace, tokens: [], calls: [{ name: 'transfer_to_clerk', args: {} }] };
    }
    const done = namesDone(messages);
    const step = plan.findIndex((works, at) => works.some((work) => !done.has(effectName(label, at, work))));
    if (step < 0) return { ...pace, tokens: answerTokens(label), calls: [] };
    const calls = (plan[step] ?? []).map((work) => ({
      name: work,
      args: { what: effectName(label, step, work) },
    }));
    return { ...pace, tokens: ['Working.'], calls };
  };
}

function readQuestion(messages: AskedMessage[]): { label: string; plan: Plan } {
  for (const { role, content } of messages.toReversed()) {
    const [, label, steps] = (role === 'user' && /turn (\S+): ([^.]*)\./.exec(textOf(content))) || [];
    if (label === undefined || steps === undefined) continue;
    const plan = steps
      .split(', ')
      .filter(Boolean)
      .map((step) => step.split('+') as Work[]); // as `question` wrote it
    return { label, plan };
  }
  throw new Error('nobody asked anything');
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function namesDone(messages: AskedMessage[]): Set<string> {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls);
  return new Set(calls.map(({ function: { arguments: args } }) => String(JSON.parse(args).what)));
}
