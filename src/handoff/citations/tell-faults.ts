import type { Checked, Faulty } from './check-answer.ts';
import type { Ground } from './read-answer.ts';

/** How much is told of one statement, in characters, and of how many. */
const quoted = 160;
const most = 8;

/** What an agent's model is told of an answer that may not be given. It begins as the offline model knows it: see `findTask`. */
export function tellFaults({ answer, faulty }: Checked, { found, decline }: Ground): string {
  const unknown = [...new Set(answer.statements.flatMap((statement) => statement.unknown))];
  const ids = [...found.passages.keys()];
  return [
    `${withheld} not everything in it rests on the passages that were found in this turn.`,
    ...unknown
      .slice(0, most)
      .map((id) => `- ${id.slice(0, quoted)} is no passage that was found in this turn.`),
    ...faulty.slice(0, most).map(tellFault),
    '',
    ids.length > 0
      ? `Answer again. Behind each statement, cite the passage that says it; there are these: ${ids.map((id) => `[${id}]`).join(' ')}. Leave out what they do not say.`
      : 'No passage was found.',
    `If they do not tell, say: ${decline}`,
  ].join('\n');
}

export const withheld = 'Your answer was withheld:';

function tellFault({ statement, fault, missing }: Faulty): string {
  const said = `"${statement.unit.text.slice(0, quoted)}"`;
  if (fault === 'uncited') return `- This cites nothing: ${said}`;
  const absent = missing.length > 0 ? ` (they do not have: ${missing.slice(0, most).join(', ')})` : '';
  return `- The passages that are cited do not say this${absent}: ${said}`;
}

/** The same for whoever watches the turn, who has not seen the answer and is told nothing of what it said. */
export function countFaults({ answer, faulty }: Checked): string {
  const of = (fault: Faulty['fault']) => faulty.filter((one) => one.fault === fault).length;
  const unknown = answer.statements.filter((statement) => statement.unknown.length > 0).length;
  const told = [
    [of('uncited'), 'without a citation'],
    [of('unsupported'), 'that the cited passages do not support'],
    [unknown, 'that cite what was not found in this turn'],
  ] as const;
  const parts = told.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return parts.length > 0
    ? `The answer has statements: ${parts.join(', ')}.`
    : 'The answer says nothing that a passage could support.';
}
