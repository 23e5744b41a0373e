import type { Example, ToolSpec } from '../chat-model.ts';
import type { Embedder } from '../embedder.ts';
import { coveredShare, matchExample } from './match-example.ts';
import { numericByName } from './numeric-by-name.ts';
import { type Rule, readRules } from './read-rules.ts';
import { readLongTokens, readTokens } from './tokens.ts';
import { familiarity, weighRules } from './weigh-rules.ts';

export type TransferSpec = ToolSpec & { transfer: NonNullable<ToolSpec['transfer']> };

/** A transfer, and how much speaks for it. */
export interface RatedTransfer {
  spec: TransferSpec;
  score: number;
}

/**
 * What the words of the edge add to the nearest question, which counts up to 1; how much a question counts that does not fit; and how much
 * the receiver's own questions do where the prompt sends questions to others and not to it.
 */
const weights = { reason: 0.35, blocked: 0.85, unnamed: 0.45 };
const machinesPart = /\n# Handing over\n[\s\S]*$/;

/** Whether an agent is there to write answers: it has no questions of its own, and its edge or name says so. */
export function isWriter({ transfer, description }: TransferSpec): boolean {
  return (
    transfer.asks.length === 0 &&
    /answer|write|repl|respond|summar|report/i.test(`${transfer.to} ${description}`)
  );
}

export function transfersIn(tools: ToolSpec[]): TransferSpec[] {
  return tools.filter((tool): tool is TransferSpec => tool.transfer !== undefined);
}

/**
 * Rates who should take a question, best first, by the nearest of the receiver's questions and the agent's own examples that hand over to
 * it, by the reason on the edge, and by the sentences of the agent's own prompt that send questions there. Those weigh most: where the
 * prompt sends a kind of question elsewhere than the examples do, the prompt is followed.
 */
export async function rateTransfers(
  embedder: Embedder,
  specs: TransferSpec[],
  question: string,
  { system, examples }: { system: string; examples: Example[] },
): Promise<RatedTransfer[]> {
  const rules = readRules(
    system.replace(machinesPart, ''),
    specs.map(({ transfer }) => transfer.to),
  );
  const known = familiarity(question, textsOf(specs, examples, rules));
  const rated = await Promise.all(
    specs.map(async (spec) => {
      const own = rules.filter(({ to }) => to === spec.transfer.to);
      const isNamed = rules.length === 0 || own.length > 0;
      const nearest = await nearestFor(embedder, spec, examples, { question, isNamed });
      const reason = weights.reason * shareOf(question, reasonOf(spec));
      return { spec, score: nearest + reason + weighRules(question, own, known) };
    }),
  );
  return rated.sort((one, other) => other.score - one.score || (one.spec.name < other.spec.name ? -1 : 1));
}

/** The agent that an example hands over to: examples name it, or its transfer tool. */
export function handoffTarget(handoff: NonNullable<Example['handoff']>): string {
  return (Object.keys(handoff)[0] ?? '').replace(/^transfer_to_/, '');
}

/** Everything here that tells what questions may be about. */
function textsOf(specs: TransferSpec[], examples: Example[], rules: Rule[]): string[] {
  return [
    ...specs.flatMap((spec) => [reasonOf(spec), ...spec.transfer.asks]),
    ...examples.map(({ ask }) => ask),
    ...rules.map(({ text }) => text),
  ];
}

function reasonOf({ description }: TransferSpec): string {
  return description.replace(/^[^:]*:/, '');
}

async function nearestFor(
  embedder: Embedder,
  { transfer: { to, asks } }: TransferSpec,
  examples: Example[],
  { question, isNamed }: { question: string; isNamed: boolean },
): Promise<number> {
  const own = examples.filter(({ handoff }) => handoff && handoffTarget(handoff) === to);
  const [mine, theirs] = await Promise.all([
    nearestOf(
      embedder,
      own.map(({ ask }) => ask),
      question,
    ),
    nearestOf(embedder, asks, question),
  ]);
  return Math.max(mine, isNamed ? theirs : theirs * weights.unnamed);
}

async function nearestOf(embedder: Embedder, asks: string[], question: string): Promise<number> {
  const matches = await Promise.all(
    asks.map((ask) => matchExample(embedder, ask, question, numericByName(ask))),
  );
  return Math.max(0, ...matches.map(({ score, obstacle }) => (obstacle ? score * weights.blocked : score)));
}

function shareOf(question: string, text: string): number {
  return coveredShare(readTokens(question), readLongTokens(text));
}
