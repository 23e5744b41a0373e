import type { Checked, Faulty } from './check-answer.ts';
import type { Found } from './found-passages.ts';
import type { Ground } from './read-answer.ts';

/** How much is told of one statement, in characters, and of how many. */
const quoted = 100;
const most = 8;

/**
 * What an agent's model is told of an answer that may not be given. It begins as the offline model knows it: see `findTask`. It stands
 * in a user's place and what the model said may come from a passage, so of that it has short quotes without the signs that structure text.
 */
export function tellFaults({ answer, faulty }: Checked, { found, decline }: Ground): string {
  const unknown = [...new Set(answer.statements.flatMap((statement) => statement.unknown))];
  const numberOf = ({ statement }: Faulty) =>
    answer.statements.findIndex(({ unit }) => unit === statement.unit) + 1;
  return [
    `${withheld} ${found.searched ? 'not everything in it rests on the passages that were found in this turn.' : 'it states something, and the documents were not searched in this turn.'}`,
    ...unknown.slice(0, most).map((id) => `- ${quote(id)} is no passage that was found in this turn.`),
    ...faulty.slice(0, most).map((fault) => tellFault(fault, numberOf(fault))),
    '',
    whatNext(found),
    `If they do not tell, say: ${decline}`,
  ].join('\n');
}

export const withheld = 'Your answer was withheld:';

function tellFault({ statement, fault, missing }: Faulty, number: number): string {
  const said = `"${quote(statement.unit.text)}"`;
  if (fault === 'uncited') return `- Statement ${number} cites nothing: ${said}`;
  const absent =
    missing.length > 0 ? ` (they do not have: ${missing.slice(0, most).map(quote).join(', ')})` : '';
  return `- The passages that are cited for statement ${number} do not say it${absent}: ${said}`;
}

function whatNext({ searched, passages }: Found): string {
  if (!searched)
    return 'Search the documents first, then answer from what is found. Where the user asks for nothing that they could tell, reply without stating anything.';
  const ids = [...passages.keys()].map((id) => `[${id}]`).join(' ');
  return ids
    ? `Answer again. Behind each statement, cite the passage that says it; there are these: ${ids}. Leave out what they do not say.`
    : 'No passage was found.';
}

/** The beginning of a text, in one line, without quotes, brackets, colons and ids of passages. */
function quote(text: string): string {
  const plain = text.replace(/["“”„«»`<>()[\]{}|#*:\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return plain.slice(0, quoted).toWellFormed();
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
