import type { AppContext } from '../../app-context.ts';
import type { Database } from '../../db/open-database.ts';

/** A version of the project that is ready to be asked: the whole machine on a database of its own. */
export interface Subject {
  context: AppContext;
  /**
   * Tries something long on the data, with a copy of the database where it would keep turns waiting. What was written after its first use is
   * not in the copy.
   */
  sandbox<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** The folder with its agents, graphs and tools. */
  projectDir: string;
  /** `provider:model` by role. */
  models: Record<string, string>;
  /** Whether a role can judge: it is played by a model that understands language. */
  canJudge(role: string): boolean;
  /** Whether LangSmith may be told what judges are asked, where the environment asks for it; it is told nothing otherwise. */
  tracesJudges?: boolean;
  close(): Promise<void>;
}
