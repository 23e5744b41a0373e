/**
 * The conversation that every turn of the scenario is. The user asks with a number of their own; the database adds a count to it; the
 * answer has the sum: nobody has it who did not ask the database in this very turn.
 */

/** Numbers of questions are apart by more than there are films, so that no two turns have the same sum. */
const apart = 10_000;

export const tokensOfAnswer = 120;

/** The number of the `at`th question of a run; six digits or more. */
export function numberOf(at: number): number {
  return (at + 100) * apart;
}

export function questionOf(number: number): string {
  return `Case ${number}: find a film about a robot in the desert, and count the films longer than two hours.`;
}

/** The number in a user's words; undefined where there is none. */
export function numberIn(text: string): number | undefined {
  const [, digits] = /Case (\d+):/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export const filmQuery = 'robot in the desert';

export function statementOf(number: number): string {
  return `select count(*) + ${number} as answer from film where length > 120`;
}

/** The sum in what the SQL tool returned. */
export function sumIn(result: string, number: number): number | undefined {
  const sums = (result.match(/\d{6,}/g) ?? []).map(Number);
  return sums.find((sum) => sum > number && sum < number + apart);
}

/** What the last agent says; the first token is the one that clients wait for. Where there is no sum, what was there instead. */
export function answerTokens(sum: number | string): string[] {
  const words = Array.from({ length: tokensOfAnswer - 3 }, (_, at) => ` word${at}`);
  return [firstToken, ` ${sum}`, ':', ...words];
}

export const firstToken = 'Verdict';

export function answerText(sum: number): string {
  return answerTokens(sum).join('');
}
