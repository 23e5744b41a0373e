import type { StreamMode } from '../../src/http/langgraph/stream-modes.ts';
import type { Plan } from './script.ts';

/** One frame of a stream, as a client got it: the data as JSON text. */
export interface SeenFrame {
  /** Absent where the service gave none. */
  id?: string;
  event: string;
  data: string;
}

/** What one client saw of a run, over all its connections. */
export interface Watching {
  client: 'sdk' | 'fetch';
  modes: StreamMode[];
  frames: SeenFrame[];
  /** How often it came back, by itself or because it was asked to. */
  returns: number;
  /** How often LangGraph's client ended with an error and was asked to join again. */
  gaveUp: number;
  /** The service said that the run is over. */
  ended: boolean;
}

/** What one client did with one turn, and what it saw. Times are milliseconds of one clock. */
export interface TurnRecord {
  label: string;
  threadId: string;
  plan: Plan;
  /** The POST that was sent first. */
  invokedAt: number;
  /** The first answer to it. */
  acceptedAt?: number;
  runId?: string;
  /** How often it was posted. */
  posts: number;
  cancelled: boolean;
  watchings: Watching[];
  /** What `join` or `wait` gave. */
  joined?: unknown;
  /** Why its client gave up. */
  failure?: string;
}
