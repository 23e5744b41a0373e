import { z } from 'zod';
import type { JsonObject } from '../../message.ts';
import type { Score } from '../score.ts';
import { type Attempt, type CaseRun, scoredAttempts } from '../suite-run.ts';
import type { Hop, SeenCall, TurnTranscript } from '../transcript.ts';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const turnSchema = z.object({
  user: z.string(),
  path: z.array(z.string()),
  hops: z.array(
    z.object({ from: z.string(), to: z.string(), brief: jsonObject, refused: z.string().optional() }),
  ),
  calls: z.array(z.object({ agent: z.string(), name: z.string(), args: jsonObject, failed: z.boolean() })),
  answer: z.string(),
  error: z.object({ error: z.string(), message: z.string() }).optional(),
});

const attemptSchema = z.object({
  passed: z.boolean(),
  /** By turn and scorer; null where it was not measured. */
  scores: z.array(z.record(z.string(), z.number().nullable())),
  tokens: z.number(),
  dollars: z.number().nullable(),
  modelCalls: z.number(),
  hops: z.number(),
});

/** A case as baselines keep it: every scored attempt in figures, and one of them in words. */
export const baselineCaseSchema = z.object({
  hash: z.string(),
  tags: z.array(z.string()),
  gate: z.boolean(),
  attempts: z.array(attemptSchema),
  /** Which attempt `turns` are of. */
  shown: z.number().int(),
  turns: z.array(turnSchema),
});
export type BaselineCase = z.infer<typeof baselineCaseSchema>;

/** How much of a text is kept, in characters: enough to see what was said. */
const kept = 400;

/** The attempt that is shown is one that passed, where there is one. */
export function toBaselineCase(run: CaseRun): BaselineCase {
  const scored = scoredAttempts(run);
  const shown = Math.max(
    0,
    scored.findIndex(({ outcome }) => outcome === 'passed'),
  );
  return {
    hash: run.hash,
    tags: run.tags,
    gate: run.gate,
    attempts: scored.map(toFigures),
    shown,
    turns: (scored[shown]?.transcript.turns ?? []).map(toWords),
  };
}

function toFigures({ outcome, scores, transcript: { turns } }: Attempt): BaselineCase['attempts'][number] {
  const sum = (pick: (turn: TurnTranscript) => number) =>
    turns.reduce((total, turn) => total + pick(turn), 0);
  const isPriced = turns.every(({ measures }) => measures.dollars !== null);
  return {
    passed: outcome === 'passed',
    scores: scores.map((turn) =>
      Object.fromEntries(turn.map(({ scorer, value }) => [scorer, rounded(value)])),
    ),
    tokens: sum(({ measures }) => measures.tokens),
    dollars: isPriced ? sum(({ measures }) => measures.dollars ?? 0) : null,
    modelCalls: sum(({ measures }) => measures.modelCalls),
    hops: sum(({ measures }) => measures.hops),
  };
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 1e6) / 1e6);

function toWords({ user, path, hops, calls, answer, error }: TurnTranscript): BaselineCase['turns'][number] {
  return {
    user: cut(user),
    path,
    hops: hops.map(({ brief, ...hop }) => ({ ...hop, brief: cutIn(brief) })),
    calls: calls.map(({ agent, name, args, failed }) => ({ agent, name, args: cutIn(args), failed })),
    answer: cut(answer),
    ...(error && { error }),
  };
}

/** A text as far as a baseline keeps it. */
export function cut(text: string): string {
  return text.length > kept ? `${text.slice(0, kept)}…` : text;
}

export function cutIn(args: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? cut(value) : value]),
  );
}

/** The case as it was run, as far as it was kept: attempts but the one that is shown have figures alone. */
export function fromBaselineCase(
  id: string,
  { hash, tags, gate, attempts, shown, turns }: BaselineCase,
): CaseRun {
  return {
    id,
    hash,
    tags,
    gate,
    asks: turns.map(({ user }) => user),
    attempts: attempts.map((figures, repeat) => ({
      repeat,
      outcome: figures.passed ? 'passed' : 'failed',
      scores: figures.scores.map(toScores),
      transcript: {
        turns:
          repeat === shown && turns.length > 0
            ? turns.map((turn, at) => toTurn(turn, at === 0 ? figures : nothing))
            : [toTurn(silence, figures)],
      },
    })),
  };
}

function toScores(values: Record<string, number | null>): Score[] {
  return Object.entries(values).map(([scorer, value]) => ({ scorer, value, passed: true }));
}

type Figures = Pick<BaselineCase['attempts'][number], 'tokens' | 'dollars' | 'modelCalls' | 'hops'>;
type Words = BaselineCase['turns'][number];

/** An attempt's figures are those of all its turns: the first has them. */
const nothing: Figures = { tokens: 0, dollars: 0, modelCalls: 0, hops: 0 };
const silence: Words = { user: '', path: [], hops: [], calls: [], answer: '' };

function toTurn({ user, path, hops, calls, answer, error }: Words, figures: Figures): TurnTranscript {
  const { tokens } = figures;
  return {
    user,
    path,
    hops: hops.map(({ refused, ...hop }): Hop => ({ ...hop, ...(refused !== undefined && { refused }) })),
    calls: calls.map((call): SeenCall => ({ ...call, result: '', milliseconds: 0 })),
    answer,
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    ...(error && { error }),
    measures: {
      ...figures,
      milliseconds: null,
      firstTokenMs: null,
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: tokens },
    },
  };
}
