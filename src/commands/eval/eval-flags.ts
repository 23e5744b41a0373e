import type { CassetteOptions } from '../../model/cassettes/open-cassettes.ts';

/** What `baton eval` and its kin are told, as the command line gives it. */
export interface EvalFlags {
  graph: string[];
  agent: string[];
  case: string[];
  tag: string[];
  repeat?: number;
  concurrency: number;
  model: string[];
  profile: string;
  cassettes?: CassetteOptions['mode'];
  /** Whether judges tell LangSmith what they do. */
  traceJudges?: boolean;
  /** Files that reports are written to, beside those in the folder of the run. */
  json?: string;
  junit?: string;
  markdown?: string;
  html?: string;
  /** Whether results are kept in the project's database. */
  keep: boolean;
}
