import type { Figure } from './figure.ts';
import type { Stage } from './stage.ts';

export interface Plan {
  rounds: number;
  quick: boolean;
}

/** What a scenario found: its figures, and all that they were made of, for the JSON. */
export interface Findings {
  figures: Figure[];
  details: object;
}

/** Measures one thing. Rejects when a turn was answered wrongly: figures of wrong answers are none. */
export type Scenario = (stage: Stage, plan: Plan) => Promise<Findings>;

/** Tells on standard error what was done, and after how many seconds. */
export function tell(line: string): void {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
}
