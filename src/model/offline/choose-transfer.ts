import type { Example, ToolSpec } from '../chat-model.ts';
import type { Embedder } from '../embedder.ts';
import { coveredShare, matchExample } from './match-example.ts';
import { numericByName } from './numeric-by-name.ts';
import { readTokens } from './tokens.ts';

export type TransferSpec = ToolSpec & { transfer: NonNullable<ToolSpec['transfer']> };

/** A transfer, and how much speaks for it. */
export interface RatedTransfer {
  spec: TransferSpec;
  score: number;
}

/** What the words of the edge and of the prompt add to the nearest question, which counts up to 1. */
const weights = { reason: 0.35, prompt: 0.6, blocked: 0.85 };
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
 * Rates who should take a question, best first, by the nearest of: the receiver's questions, and the agent's own
 * examples that hand over to it; and by the share of the question's words in the reason on the edge, and in
 * the sentences of the agent's own prompt that name the receiver. A sentence that says `never` counts against it.
 */
export async function rateTransfers(
  embedder: Embedder,
  specs: TransferSpec[],
  question: string,
  { system, examples }: { system: string; examples: Example[] },
): Promise<RatedTransfer[]> {
  const sentences = sentencesOf(system.replace(machinesPart, ''));
  const rated = await Promise.all(
    specs.map(async (spec) => {
      const { to, asks } = spec.transfer;
      const own = examples
        .filter(({ handoff }) => handoff && handoffTarget(handoff) === to)
        .map(({ ask }) => ask);
      const nearest = await nearestOf(embedder, [...asks, ...own], question);
      const reason = shareOf(question, spec.description.replace(/^[^:]*:/, ''));
      return {
        spec,
        score: nearest + weights.reason * reason + weights.prompt * promptShare(question, to, sentences),
      };
    }),
  );
  return rated.sort((one, other) => other.score - one.score || (one.spec.name < other.spec.name ? -1 : 1));
}

/** The agent that an example hands over to: examples name it, or its transfer tool. */
export function handoffTarget(handoff: NonNullable<Example['handoff']>): string {
  return (Object.keys(handoff)[0] ?? '').replace(/^transfer_to_/, '');
}

async function nearestOf(embedder: Embedder, asks: string[], question: string): Promise<number> {
  const matches = await Promise.all(
    asks.map((ask) => matchExample(embedder, ask, question, numericByName(ask))),
  );
  return Math.max(0, ...matches.map(({ score, obstacle }) => (obstacle ? score * weights.blocked : score)));
}

function promptShare(question: string, to: string, sentences: string[]): number {
  const named = sentences.filter((sentence) => namesAgent(sentence, to));
  const against = named.filter((sentence) =>
    new RegExp(`\\b(never|not)\\b[^,;]*\\b${escapeRegExp(to)}\\b`, 'i').test(sentence),
  );
  const inFavour = named.filter((sentence) => !against.includes(sentence));
  return shareOf(question, inFavour.join(' ')) - shareOf(question, against.join(' '));
}

function namesAgent(sentence: string, agent: string): boolean {
  return new RegExp(`(?<![\\w-])${escapeRegExp(agent)}(?![\\w-])`, 'i').test(sentence);
}

function sentencesOf(prompt: string): string[] {
  return prompt.split(/(?<=[.!?;])\s+|\n\s*\n|\n\s*[-*]\s/);
}

function shareOf(question: string, text: string): number {
  return coveredShare(readTokens(question), readLongTokens(text));
}

/** A prompt may be longer than a question. */
function readLongTokens(text: string) {
  return (text.match(/[\s\S]{1,1000}/g) ?? []).flatMap(readTokens);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[^\w\s]/g, '\\$&');
}
