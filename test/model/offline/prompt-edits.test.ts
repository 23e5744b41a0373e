import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { readAgent } from '../../../src/handoff/agent-file.ts';
import { buildRequest } from '../../../src/handoff/build-request.ts';
import { loadProject, type Project } from '../../../src/handoff/load-project.ts';
import { seatGraph } from '../../../src/handoff/seat-graph.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { createOfflineModel } from '../../../src/model/offline/create-offline-model.ts';
import { beginTurn } from '../../../src/turn/turn-input.ts';
import {
  breakingSupport,
  breakingTriage,
  harmlessSupport,
  harmlessTriage,
  type PromptEdit,
} from './prompt-edits.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const model = createOfflineModel(remembering());

/** A question of a suite, and who has to take it. */
interface Question {
  ask: string;
  taker: string;
}

let project: Project;
const questions: Record<string, Question[]> = {};

beforeAll(async () => {
  project = await loadProject(root);
  const { suites, problems } = await readSuites(root, ['films', 'support']);
  expect(problems).toEqual([]);
  for (const { name, cases } of suites) {
    questions[name] = cases.flatMap(({ turns }) => {
      const [{ ask = '', expect: expected } = { expect: {} }, ...more] = turns;
      const taker = expected.path?.any[0]?.[1];
      return taker && more.length === 0 ? [{ ask, taker }] : [];
    });
  }
}, 60_000);

describe('agents/triage.md', () => {
  const counting = () => questions.films?.filter(({ taker }) => taker === 'sql').slice(0, 14) ?? [];
  const mixed = () => questions.films?.filter((_, at) => at % 4 === 0) ?? [];

  test.each(breakingTriage)(
    '$what: counting questions are lost',
    async (edit) => {
      expect(await lost('films', 'triage', counting(), edit)).toBeGreaterThanOrEqual(3);
    },
    60_000,
  );

  test.each(harmlessTriage)(
    '$what: nothing changes',
    async (edit) => {
      expect(await changed('films', 'triage', mixed(), edit)).toEqual([]);
    },
    60_000,
  );
});

describe('agents/support-triage.md', () => {
  const aboutAccount: Question[] = [
    'How many threads do I have?',
    'How many of my runs have failed?',
    'Which model costs us the most?',
    'How many tokens did we use this month?',
    'What budgets do we have?',
    'Which API keys does my tenant have?',
    'How many documents does each collection have?',
    'How many tickets are open?',
  ].map((ask) => ({ ask, taker: 'account' }));
  const mixed = () => [...aboutAccount, ...(questions.support?.filter((_, at) => at % 4 === 0) ?? [])];

  test.each(breakingSupport)(
    '$what: questions about the account are lost',
    async (edit) => {
      expect(await lost('support', 'support-triage', aboutAccount, edit)).toBeGreaterThanOrEqual(3);
    },
    60_000,
  );

  test.each(harmlessSupport)(
    '$what: nothing changes',
    async (edit) => {
      expect(await changed('support', 'support-triage', mixed(), edit)).toEqual([]);
    },
    60_000,
  );
});

/** How many of the questions that went to the right agent no longer do. */
async function lost(graph: string, agent: string, some: Question[], edit: PromptEdit): Promise<number> {
  expect(some.length).toBeGreaterThan(5);
  let count = 0;
  for (const { ask, taker } of some) {
    const before = await takerOf(graph, agent, ask);
    if (before === taker && (await takerOf(graph, agent, ask, edit)) !== taker) count += 1;
  }
  return count;
}

async function changed(
  graph: string,
  agent: string,
  some: Question[],
  edit: PromptEdit,
): Promise<{ ask: string; before: string; after: string }[]> {
  expect(some.length).toBeGreaterThan(15);
  const found: { ask: string; before: string; after: string }[] = [];
  for (const { ask } of some) {
    const [before, after] = [await takerOf(graph, agent, ask), await takerOf(graph, agent, ask, edit)];
    if (before !== after) found.push({ ask, before, after });
  }
  return found;
}

const unedited = new Map<string, Promise<string>>();

/** Who takes a question that begins a thread: the agent that the first hands over to, or itself. */
function takerOf(graph: string, agent: string, ask: string, edit?: PromptEdit): Promise<string> {
  if (edit) return findTaker(graph, agent, ask, edit);
  const key = `${graph} ${ask}`;
  const known = unedited.get(key) ?? findTaker(graph, agent, ask);
  unedited.set(key, known);
  return known;
}

async function findTaker(name: string, agent: string, ask: string, edit?: PromptEdit): Promise<string> {
  const graph = project.graphs.get(name);
  const seated = graph && seatGraph(graph, project);
  const seat = seated?.seats.get(agent);
  if (!seated || !seat) throw new Error(`The graph ${name} has no agent ${agent}.`);
  const { prompt, text, source } = seat.agent;
  const read = readAgent(
    source.file,
    agent,
    text.replace(prompt, () => edit?.edit(prompt) ?? prompt),
  );
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  const messages = [{ type: 'human' as const, id: 'h', content: ask }];
  const { values } = beginTurn(seated.graph, { history: [], messages }, undefined);
  const { request } = await buildRequest(
    seated,
    { ...seat, agent: read },
    values,
    new AbortController().signal,
  );
  const { calls } = await model(request, () => undefined);
  return calls[0]?.name.replace('transfer_to_', '') ?? agent;
}

/** The local embedder, which embeds each text once. */
function remembering(): ReturnType<typeof createLocalEmbedder> {
  const local = createLocalEmbedder();
  const known = new Map<string, Promise<number[][]>>();
  const embedOne = (text: string) => {
    const vector = known.get(text) ?? local.embed([text]);
    known.set(text, vector);
    return vector;
  };
  return { ...local, embed: async (texts) => (await Promise.all(texts.map(embedOne))).flat() };
}
