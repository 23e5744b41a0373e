import { Document, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { JsonObject } from '../../message.ts';
import { printable } from '../../printable.ts';
import type { ProposedTurn } from './propose-turn.ts';

export interface Proposal {
  id: string;
  description: string;
  graph: string;
  /** Earlier messages. */
  messages: JsonObject[];
  turns: ProposedTurn[];
  /** Said at the top of the file. */
  notes: string[];
}

/** A suite's file with one case, in which every expectation bears a comment that it has to be checked. */
export function writeProposal({ id, description, graph, messages, turns, notes }: Proposal): string {
  const document = new Document({
    description,
    graph,
    cases: [
      {
        id,
        tags: ['promoted'],
        ...(messages.length > 0 && { messages }),
        turns: turns.map(({ notes: _, ...turn }) => turn),
      },
    ],
  });
  document.commentBefore = commentOf([
    'A proposal: what is expected is what happened. Check each line that says so, then move the file to evals/.',
    ...notes,
  ]);
  for (const [at, turn] of turns.entries()) {
    const node = document.getIn(['cases', 0, 'turns', at]) as YAMLMap; // it was made above
    if (turn.notes.length > 0) node.commentBefore = commentOf(turn.notes);
    mark(node);
  }
  return document.toString({ lineWidth: 0 });
}

function mark(turn: YAMLMap): void {
  const expect = turn.get('expect');
  if (!isMap(expect)) return;
  for (const { key, value } of expect.items) {
    if (isScalar(key)) key.commentBefore = ` check: ${whatOf[String(key.value)] ?? 'as it was'}`;
    if (isSeq(value)) value.flow = key !== null && isScalar(key) && key.value !== 'calls';
  }
}

const whatOf: Record<string, string> = {
  path: 'the agents that spoke',
  calls: 'the calls that were made',
  sql: 'the last statement; write another one that is right',
  cites: 'the documents that were cited',
  refuses: 'the answer declined',
};

/** No line of a comment can end it. */
function commentOf(lines: string[]): string {
  return lines.map((line) => ` ${printable(line)}`).join('\n');
}
