import { z } from 'zod';
import { type Role, roles } from '../tenancy.ts';
import type { FileProblem } from '../yaml/file-problem.ts';
import { checkYaml, readYaml, type YamlSource } from '../yaml/yaml-source.ts';

/** What of the thread crosses the edge: see `viewFor`. */
export type Show = 'full' | 'narrated' | 'brief' | 'summary';
export type Return = 'stay' | 'caller' | 'start';
export type BriefType = 'string' | 'number' | 'integer' | 'boolean';

/** One arrow of a graph: `from` may hand the conversation to `to`. */
export interface Edge {
  from: string;
  to: string;
  /** The reason, which the sender's model reads. */
  when: string;
  /** What the sender must tell, by field. */
  brief: Record<string, { type: BriefType; required: boolean }>;
  context: { show: Show; last?: number };
  return: Return;
  /** How often it may be used in one turn; absent: as often as the turn's handoffs allow. */
  limit?: number;
}

export interface Limits {
  handoffs: number;
  calls: number;
  seconds: number;
  tokens: number;
  /** The agent that answers when one of them is spent; absent: whoever speaks then. */
  onLimit?: string;
}

/** Which questions an answer that was kept may be given to. */
export interface AnswerCache {
  /** `exact`: the same words. `semantic`: also questions that mean the same, as far as their embeddings tell. */
  answers: 'exact' | 'semantic';
  minutes: number;
  /** The least cosine similarity of two questions that mean the same. */
  similarity: number;
}

/**
 * How answers that rest on documents are checked. Each statement cites a passage that was retrieved in the turn (`retrieved`) and says
 * what the statement says: as far as the words tell (`words`), or by the judgement of the fast model (`model`).
 */
export interface CitationRules {
  check: 'retrieved' | 'words' | 'model';
  /** What is said where the documents do not tell. */
  decline: string;
}

/** A graph as its file says it, with everything left out filled in. */
export interface Graph {
  name: string;
  description: string;
  start: string;
  agents: string[];
  edges: Edge[];
  nextTurn: 'start' | 'sticky';
  /** How many turns a thread's state keeps before the one that runs; absent: all. */
  history?: { turns: number };
  limits: Limits;
  /** Tools whose calls wait for a person. */
  approve: string[];
  /** Guards that look at every text on its way. */
  guards: string[];
  /** The least role that may use it; absent: the least that may run anything. */
  access?: { role: Role };
  /** Whether answers are kept and given again; absent: they are not. */
  cache?: AnswerCache;
  /** The collections of documents that its agents may search. */
  knowledge: string[];
  /** Absent: what agents say is not held against documents. */
  citations?: CitationRules;
  text: string;
  source: YamlSource;
}

const name = z.string().min(1);
const when = z.string().trim().min(1, 'say when to hand over: the model reads it');
const briefType = z.enum(
  ['string', 'number', 'integer', 'boolean'],
  'expected string, number, integer or boolean',
);
const whole = z.number().int('expected a whole number').positive('expected a number above 0');
const show = z.enum(['full', 'narrated', 'brief', 'summary'], 'expected full, narrated, brief or summary');

const edgeSchema = z.strictObject({
  when: when.describe('Why to hand over: the documentation, and the description that the model reads.'),
  brief: z
    .record(
      z.string().regex(/^\w+\??$/, 'expected a field name, with ? at its end when it is optional'),
      briefType,
    )
    .default({})
    .describe('What the sender must tell, by field; a name with ? at its end is optional.'),
  context: z
    .union([show.transform((policy) => ({ show: policy })), z.strictObject({ show, last: whole.optional() })])
    .default({ show: 'full' })
    .describe('What of the thread the receiver sees.'),
  return: z
    .enum(['stay', 'caller', 'start'], 'expected stay, caller or start')
    .default('stay')
    .describe(
      'Who speaks when the receiver is done: nobody (its words are the answer), the sender, or the first agent.',
    ),
  limit: whole.optional().describe('How often it may be used in one turn.'),
});

const limitsSchema = z.strictObject({
  handoffs: whole.default(8).describe('Handoffs in one turn.'),
  calls: whole.default(32).describe('Calls of tools in one turn.'),
  seconds: whole.default(120).describe('How long a turn may take.'),
  tokens: whole.default(100_000).describe('Tokens of all model calls of one turn.'),
  onLimit: name.optional().describe('The agent that answers when a limit is spent.'),
});

const cacheSchema = z.strictObject({
  answers: z
    .enum(['exact', 'semantic'], 'expected exact or semantic')
    .describe('The same words, or also questions that mean the same as far as their embeddings tell.'),
  minutes: whole
    .max(10_080, 'expected a week at most')
    .default(60)
    .describe('How long an answer is kept; a changed document ends it at once.'),
  similarity: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.95)
    .describe('The least cosine similarity of two questions that mean the same.'),
});

const citationsSchema = z.strictObject({
  check: z
    .enum(['retrieved', 'words', 'model'], 'expected retrieved, words or model')
    .describe(
      'What a citation has to be: of a passage that was retrieved in the turn; and besides one whose words say it, or of which the fast model says that it does.',
    ),
  decline: z
    .string()
    .trim()
    .min(1, 'say what to answer when the documents do not tell')
    .default('I do not find that in the documents.')
    .describe('What is said when the documents do not tell.'),
});

export const graphSchema = z.strictObject({
  description: z.string().default('').describe('What the graph is for, in one sentence.'),
  start: name.describe('The agent that takes a new conversation.'),
  agents: z.array(name).min(1, 'name at least one agent').describe('Who is in the graph, by file name.'),
  handoffs: z
    .record(
      z.string(),
      z.record(z.string(), z.union([when.transform((text) => edgeSchema.parse({ when: text })), edgeSchema])),
    )
    .default({})
    .describe('Who may hand over to whom, and why: { from: { to: reason } }.'),
  nextTurn: z
    .enum(['start', 'sticky'], 'expected start or sticky')
    .default('start')
    .describe("Who takes the user's next message: the first agent, or the one that answered last."),
  history: z
    .strictObject({ turns: z.int().min(1).max(10_000).describe('Turns before the one that runs.') })
    .optional()
    .describe(
      "What a thread's state keeps: earlier turns stay in its earlier states and its log, and no agent sees them.",
    ),
  limits: limitsSchema.default(limitsSchema.parse({})).describe('How far one turn may go.'),
  approve: z.array(name).default([]).describe('Tools whose calls wait for a person.'),
  guards: z
    .array(name)
    .default([])
    .describe('Guards from the shelf `guards/` that look at every text on its way.'),
  access: z
    .strictObject({ role: z.enum(roles, `expected ${roles.join(', ')}`).describe('Who has it, or more.') })
    .optional()
    .describe('Who may use the graph; to everybody else it is not there.'),
  cache: cacheSchema.optional().describe('Keeps answers that rest on documents alone, and gives them again.'),
  knowledge: z
    .array(name.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected the name of a collection'))
    .default([])
    .describe('The collections of documents that search_knowledge looks in.'),
  citations: citationsSchema
    .optional()
    .describe('Every statement from the documents has to cite its passage.'),
});

/** Reads a graph's file. Returns the graph, or every mistake in the file. Names are checked by `checkGraph`. */
export function readGraph(file: string, graphName: string, text: string): Graph | FileProblem[] {
  const source = readYaml(file, text);
  if (Array.isArray(source)) return source;
  const data = checkYaml(source, graphSchema);
  if (Array.isArray(data)) return data;
  const { handoffs, limits, history, access, cache, citations, ...rest } = data;
  const edges = Object.entries(handoffs).flatMap(([from, targets]) =>
    Object.entries(targets).map(([to, { brief, context, limit, ...edge }]) => ({
      from,
      to,
      ...edge,
      ...(limit !== undefined && { limit }),
      brief: readBrief(brief),
      context: context as Edge['context'], // an absent `last` is absent
    })),
  );
  return {
    name: graphName,
    ...rest,
    limits: limits as Limits, // an absent `onLimit` is absent
    edges,
    ...(history && { history }),
    ...(access && { access }),
    ...(cache && { cache }),
    ...(citations && { citations }),
    text,
    source,
  };
}

function readBrief(fields: Record<string, BriefType>): Edge['brief'] {
  const read = Object.entries(fields).map(([field, type]) => {
    const required = !field.endsWith('?');
    return [required ? field : field.slice(0, -1), { type, required }] as const;
  });
  return Object.fromEntries(read);
}
