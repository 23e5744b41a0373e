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

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
