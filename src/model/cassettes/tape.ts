import type { PlainRequest } from './plain-request.ts';
import type { Recorded } from './recorded-reply.ts';

/** Of the files: what has another number is not read. */
export const tapeFormat = 1;

/** What was recorded of one case. */
export interface Tape {
  suite: string;
  case: string;
  /** When something last changed in it: ISO 8601. */
  recordedAt: string;
  recordings: Recording[];
}

/** One request and what came of it. */
export interface Recording {
  key: string;
  /** How often the same was asked in the attempt before, from 0. */
  nth: number;
  repeat: number;
  /** Which of the agent's requests in the attempt it was, from 0. */
  ordinal: number;
  request: PlainRequest;
  reply: Recorded;
}

/** A tape cannot be read. The message names the file and the line. */
export class TapeError extends Error {
  override name = 'TapeError';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly fault: string;

  constructor(file: string, line: number, fault: string) {
    super(`${file}:${line}: ${fault}`);
    this.file = file;
    this.line = line;
    this.fault = fault;
  }
}
