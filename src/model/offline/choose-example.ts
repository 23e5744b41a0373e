import type { JsonObject } from '../../message.ts';
import type { Example, ToolSpec } from '../chat-model.ts';
import type { Embedder } from '../embedder.ts';
import { fillTemplate, numericSlots, UnfilledTemplate } from './fill-template.ts';
import { matchExample } from './match-example.ts';

/** An example that fits a question. */
export interface Choice {
  example: Example;
  score: number;
  slots: JsonObject;
}

/** An example that is near and cannot be used, with why. */
export interface NearMiss {
  example: Example;
  score: number;
  obstacle: string;
}

/** Rates the examples for a question, best first; those that cannot be used are told apart. */
export async function rateExamples(
  embedder: Embedder,
  examples: Example[],
  question: string,
  tools: ToolSpec[],
): Promise<{ choices: Choice[]; misses: NearMiss[] }> {
  const choices: Choice[] = [];
  const misses: NearMiss[] = [];
  for (const example of examples) {
    const match = await matchExample(embedder, example.ask, question, numericOf(example));
    const slots = { question, ...match.slots };
    const obstacle = match.obstacle ?? obstacleIn(example, slots, tools);
    if (obstacle) misses.push({ example, score: match.score, obstacle });
    else choices.push({ example, score: match.score, slots });
  }
  return { choices: choices.sort(byScore), misses: misses.sort(byScore) };
}

/** One call of an example, filled. Throws an `UnfilledTemplate`. */
export function fillCall(
  call: Record<string, JsonObject>,
  values: JsonObject,
  tools: ToolSpec[],
): { name: string; args: JsonObject } {
  const [name = '', args = {}] = Object.entries(call)[0] ?? [];
  return { name, args: fillTemplate(args, values, tools.find((tool) => tool.name === name)?.parameters) };
}

function numericOf({ calls = [] }: Example): Set<string> {
  return new Set(calls.flatMap((call) => Object.values(call).flatMap((args) => [...numericSlots(args)])));
}

/** Later calls may need what earlier ones bring; the first must be ready now. */
function obstacleIn({ calls = [] }: Example, slots: JsonObject, tools: ToolSpec[]): string | undefined {
  const missing = calls
    .flatMap((call) => Object.keys(call))
    .find((name) => !tools.some((tool) => tool.name === name));
  if (missing) return `the tool ${missing} is not there`;
  try {
    if (calls[0]) fillCall(calls[0], slots, tools);
    return undefined;
  } catch (error) {
    if (error instanceof UnfilledTemplate) return error.message;
    throw error;
  }
}

function byScore(one: { score: number }, other: { score: number }): number {
  return other.score - one.score;
}
