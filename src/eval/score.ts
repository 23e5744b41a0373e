import type { Json } from '../message.ts';
import type { Subject } from './running/subject.ts';
import type { Case } from './suite.ts';
import type { Transcript, TurnTranscript } from './transcript.ts';

/** What one scorer says of one turn. */
export interface Score {
  /** `path`, `routing`, `calls`, `sql`, `rows`, `recall`, `ndcg`, `mrr`, `cites`, `grounded`, `facts`, `judge:tone` … */
  scorer: string;
  /** From 0 to 1; null where it could not be measured here, such as by a judge without a model: then it is neither passed nor failed. */
  value: number | null;
  passed: boolean;
  /** One sentence for people: what was wrong, or why it was not measured. */
  why?: string;
  /** For programs and reports. */
  details?: Json;
}

/** What scorers may look at. */
export interface Seen {
  case: Case;
  /** Which of the case's turns it is, from 0. */
  at: number;
  turn: TurnTranscript;
  transcript: Transcript;
  subject: Subject;
  signal: AbortSignal;
}

/**
 * Scores one expectation. Rejects only when it cannot be done (the database is gone, a judge does not answer): then the attempt is an
 * infrastructure error and has no score.
 */
export type Scorer<Expected> = (expected: Expected, seen: Seen) => Promise<Score[]>;
