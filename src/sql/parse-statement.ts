import { loadParser, type Parser } from './load-parser.ts';
import { refuse } from './refuse.ts';
import { type Fields, fieldsIf, fieldsOf, listOf, openNode } from './syntax-tree.ts';

export interface Statement {
  select: Fields;
  /** The text of the one statement, without what follows its semicolon. */
  sql: string;
}

/** Parses a text with PostgreSQL's own grammar. Throws a `Refusal` when it is not exactly one SELECT. */
export async function parseStatement(text: string, maxLength: number): Promise<Statement> {
  checkText(text, maxLength);
  const statements = listOf(fieldsOf(parse(text, await loadParser())).stmts);
  if (statements.length > 1)
    refuse('one-statement', 'Send one statement at a time, without a second one after ;.');
  const only = fieldsOf(statements[0]);
  if (!only.stmt) refuse('syntax', 'There is no statement in the text. Send one SELECT.');
  const select = fieldsIf(only.stmt, 'SelectStmt');
  if (!select)
    refuse('reads-only', `Only SELECT is allowed: the data can be read, not changed. ${nameOf(only.stmt)}`);
  return { select, sql: textOfStatement(text, only) };
}

function checkText(text: string, maxLength: number): void {
  if (text.length > maxLength) {
    refuse('length', `The statement has ${text.length} characters; at most ${maxLength} are allowed.`);
  }
  if (text.includes('\0') || !text.isWellFormed()) {
    refuse('syntax', 'The statement contains characters that are not text.');
  }
  if (text.trim() === '') refuse('syntax', 'There is no statement in the text. Send one SELECT.');
}

function parse(text: string, { parseSync, hasSqlDetails }: Parser): unknown {
  try {
    return parseSync(text);
  } catch (error) {
    if (hasSqlDetails(error))
      refuse('syntax', syntaxReason(text, error.message, error.sqlDetails?.cursorPosition));
    refuse('length', 'The statement is nested too deeply.');
  }
}

function syntaxReason(text: string, message: string, position: number | undefined): string {
  if (text.includes('```')) return 'Send the SQL alone, without Markdown fences.';
  const line = position === undefined ? 0 : text.slice(0, position).split('\n').length;
  return `The statement cannot be parsed: ${message}${line > 1 ? ` (line ${line})` : ''}.`;
}

function nameOf(statement: unknown): string {
  const name = openNode(statement).tag.replace(/Stmt$/, '');
  return `This is a statement of the kind ${name}.`;
}

/** The parser counts bytes. */
function textOfStatement(text: string, { stmt_location: from, stmt_len: length }: Fields): string {
  const bytes = Buffer.from(text);
  const start = Number(from ?? 0);
  return bytes
    .subarray(start, length ? start + Number(length) : undefined)
    .toString()
    .trim();
}
