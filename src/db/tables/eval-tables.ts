import type { ColumnType, Generated } from 'kysely';
import type { Jsonb, Time } from './column-types.ts';

export interface EvalTables {
  'baton.eval_run': EvalRunTable;
  'baton.eval_case': EvalCaseTable;
  'baton.eval_attempt': EvalAttemptTable;
  'baton.feedback': FeedbackTable;
  'baton.online_score': OnlineScoreTable;
  'baton.online_reason': OnlineReasonTable;
  'baton.online_judgement': OnlineJudgementTable;
}

export type EvalOutcome = 'passed' | 'failed' | 'errored' | 'stale';
export type EvalVerdict = 'pass' | 'regression' | 'inconclusive';

/** A suite that was run once. */
export interface EvalRunTable {
  tenant_id: Generated<string>;
  /** Of the command: the suites that it ran share it. */
  run_id: string;
  suite: string;
  graph: string;
  /** That its cases ask, in the order of their names; `graph` is one of them. */
  graphs: Jsonb<string[]>;
  version: string;
  profile: string;
  models: Jsonb<Record<string, string>>;
  revision: string | null;
  started_at: ColumnType<Date, string, string>;
  ended_at: ColumnType<Date, string, string>;
  /** How many there are, and by what became of them. */
  cases: number;
  passed: number;
  failed: number;
  errored: number;
  stale: number;
  /** The mean of the cases' shares of attempts that passed, from 0 to 1; null where none was scored. */
  rate: number | null;
  /** Null: it was compared with nothing. */
  verdict: EvalVerdict | null;
  /** Of the command as a whole, the run without its cases, and the comparison without attempts of this run: see `keepReport`. */
  report: Jsonb<object>;
  run: Jsonb<object>;
  comparison: Jsonb<object | null> | null;
  kept_by: string;
  kept_at: Time;
}

export interface EvalCaseTable {
  tenant_id: Generated<string>;
  run_id: string;
  suite: string;
  /** In the suite, from 0. */
  place: number;
  case_id: string;
  hash: string;
  outcome: EvalOutcome;
  head: Jsonb<{ tags: string[]; gate: boolean; asks: string[] }>;
}

export interface EvalAttemptTable {
  tenant_id: Generated<string>;
  run_id: string;
  suite: string;
  place: number;
  /** From 0. */
  repeat: number;
  outcome: EvalOutcome;
  scores: Jsonb<object>;
  transcript: Jsonb<object>;
  /** Why it errored or is stale. */
  error: ColumnType<string | null, string | null, string | null>;
}

/** What somebody thinks of a turn. */
export interface FeedbackTable {
  tenant_id: Generated<string>;
  feedback_id: Generated<string>;
  run_id: string;
  thread_id: string;
  message_id: string | null;
  graph: string;
  version: string;
  /** Who answered; empty where nobody did. */
  agent: string;
  /** `thumb`, 1 or -1, or what a client calls it. */
  key: string;
  score: number;
  comment: string | null;
  giver_kind: string;
  giver: string;
  created_at: Time;
  updated_at: Time;
}

/** What a scorer says of a turn of users. */
export interface OnlineScoreTable {
  tenant_id: Generated<string>;
  run_id: string;
  scorer: string;
  graph: string;
  version: string;
  /** Who answered; empty where nobody did. */
  agent: string;
  value: number;
  scored_at: Time;
}

/** Why, in words that may say again what was said: it goes with the run. */
export interface OnlineReasonTable {
  tenant_id: Generated<string>;
  run_id: string;
  scorer: string;
  why: ColumnType<string, string, string>;
}

/** A judge that reads a turn, or has read it. */
export interface OnlineJudgementTable {
  tenant_id: Generated<string>;
  run_id: string;
  judge: string;
  /** Nobody else judges the turn until then; infinity: it is done. */
  held_until: Time;
}
