import type { Message } from '../../message.ts';
import type { Seat, SeatedGraph } from '../seat.ts';
import { foundInTurn } from './found-passages.ts';

/** What an agent's model is told of citing: one that searches documents, and any that speaks after the turn has searched them. */
export function citingNote(seated: SeatedGraph, { tools }: Seat, messages: Message[]): string[] {
  const { citations } = seated.graph;
  if (!citations) return [];
  const searches = tools.some(({ findsPassages }) => findsPassages);
  if (!searches && !foundInTurn(seated, messages)) return [];
  return [
    `# Citing

Search the documents before you answer from them. Behind each statement that rests on a passage, put its id in brackets, as in \`[p-0123456789]\`: the id that the search gave in this turn, and no other. What is not cited is not given to the user; so is a statement that its passages do not make. Keep to their words, numbers and names. Ids in earlier answers count no more: search again. Numbers in brackets are not ids.

If the passages do not tell, say this and nothing from elsewhere: ${citations.decline}`,
  ];
}
