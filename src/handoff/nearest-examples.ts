import { type Message, textOf } from '../message.ts';
import type { Example } from '../model/chat-model.ts';
import { createLocalEmbedder } from '../model/local-embedder.ts';
import type { Agent } from './agent-file.ts';

/** How many examples a model is shown: enough to see the way, few enough to cost little. */
const shown = 8;

const embedder = createLocalEmbedder();
const vectorsOf = new WeakMap<Agent, Promise<number[][]>>();

/** The examples of an agent that are nearest to what it is asked, nearest first; all of them where they are few. */
export async function nearestExamples(agent: Agent, messages: Message[]): Promise<Example[]> {
  if (agent.examples.length <= shown) return agent.examples;
  const asked = messages.findLast((message) => message.type === 'human');
  const question = await embedQuestion(asked);
  const vectors = await embedOnce(agent);
  const scored = agent.examples.map((example, at) => ({ example, score: dot(question, vectors[at] ?? []) }));
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, shown)
    .map(({ example }) => example);
}

const questions = new WeakMap<Message, Promise<number[]>>();

/** Every step of a turn is asked the same. */
function embedQuestion(asked: Message | undefined): Promise<number[]> {
  const known = asked && questions.get(asked);
  if (known) return known;
  const embedded = embedder.embed([asked ? textOf(asked.content) : '']).then(([vector = []]) => vector);
  if (asked) questions.set(asked, embedded);
  return embedded;
}

function embedOnce(agent: Agent): Promise<number[][]> {
  const known = vectorsOf.get(agent) ?? embedder.embed(agent.examples.map(({ ask }) => ask));
  vectorsOf.set(agent, known);
  return known;
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
