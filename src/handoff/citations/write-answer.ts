import type { Checked } from './check-answer.ts';
import type { Citation } from './citation.ts';
import { openPage } from './open-page.ts';
import { type Ground, leadsOn, ledTo, type Statement } from './read-answer.ts';
import type { Block } from './read-blocks.ts';

/** An answer as it is given. */
export interface Written {
  text: string;
  citations: Citation[];
  /** It says that the documents do not tell, and nothing from them. */
  declined: boolean;
}

/**
 * Writes what may stand of an answer, with `[1]`, `[2]` … by first appearance in the place of its citations. What is faulty is left out, and
 * with it headings and lines that lead to nothing any more. Undefined where nothing is left that counts.
 */
export function writeAnswer({ answer, faulty }: Checked, ground: Ground): Written | undefined {
  const fallen = new Set(faulty.map(({ statement }) => statement));
  const kept = withoutOrphans(answer.statements, fallen);
  const isWhole = fallen.size === 0;
  if (!kept.some(({ part }) => part !== 'frame' && (part !== 'talk' || isWhole))) return undefined;
  const ofBlock = Map.groupBy(kept, ({ unit }) => unit.block);
  const page = openPage(answer.text, ground, new Set(kept.map(({ unit }) => unit)));
  for (const block of answer.blocks) page.add(block, ofBlock.get(block) ?? [], isWhole);
  const { text, citations } = page.finish();
  return {
    text,
    citations,
    declined: citations.length === 0 && kept.some(({ part }) => part === 'declined'),
  };
}

/** What stays: from the end, so that a heading above a heading that falls is seen to lead to nothing. */
function withoutOrphans(statements: Statement[], fallen: Set<Statement>): Statement[] {
  const gone = new Set(fallen);
  let below: Statement | undefined;
  for (let at = statements.length - 1; at >= 0; at--) {
    const statement = statements[at] as Statement; // within bounds
    const { block } = statement.unit;
    const isEmpty = statement.unit.text === '' && statement.cites.length === 0;
    const leads = fallen.size > 0 && leadsOn(statement) && statement.cites.length === 0;
    const led = leads ? ledTo(statements, at) : [];
    const isLeft = led.length > 0 && led.every((one) => gone.has(one));
    const isHeading = block.kind === 'heading' || block.kind === 'table-head';
    const isBare =
      fallen.size > 0 && isHeading && statement.part === 'frame' && (!below || isHeadingOf(below, block));
    const codeAlone =
      block.kind === 'code' &&
      statement.part === 'stated' &&
      statements[at - 1] &&
      gone.has(statements[at - 1] as Statement); // looked at in the line before
    if (isEmpty || isLeft || isBare || codeAlone) gone.add(statement);
    if (!gone.has(statement)) below = statement;
  }
  return statements.filter((statement) => !gone.has(statement));
}

/** Whether a heading is followed by another that it is not above. */
function isHeadingOf({ unit }: Statement, block: Block): boolean {
  return block.kind === 'table-head' ? unit.block.kind !== 'row' : unit.block.kind === 'heading';
}
