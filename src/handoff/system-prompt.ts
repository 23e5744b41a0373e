import type { Example } from '../model/chat-model.ts';
import type { Agent } from './agent-file.ts';
import type { Edge } from './graph-file.ts';
import { transferName } from './transfer-tool.ts';

/** What an agent's model is told before the conversation: who it is, whom it may hand over to, worked cases, notes. */
export function systemPrompt(
  { prompt }: Agent,
  {
    edges,
    cases,
    instructions,
    notes,
  }: { edges: Edge[]; cases: Example[]; instructions: readonly string[]; notes: string[] },
): string {
  return [prompt, handoffs(edges), examples(cases), laidDown(instructions), ...notes]
    .filter(Boolean)
    .join('\n\n');
}

function handoffs(edges: Edge[]): string {
  if (edges.length === 0) return '';
  const lines = edges.map(({ to, when }) => `- ${transferName(to)}: ${when}`);
  return `# Handing over\n\nCall one of these to hand the conversation over. Saying that you will hand over does nothing.\n\n${lines.join('\n')}`;
}

function examples(cases: Example[]): string {
  if (cases.length === 0) return '';
  const lines = cases.map(({ ask, calls = [], handoff, answer }) => {
    const moves = [...calls, ...(handoff ? [handoff] : [])].map((move) => `  ${JSON.stringify(move)}`);
    return [`- ${ask}`, ...moves, ...(answer ? [`  ${answer}`] : [])].join('\n');
  });
  return `# Examples\n\nWords in braces stand for what the user says.\n\n${lines.join('\n')}`;
}

/** What the calling application laid down for the thread. */
function laidDown(texts: readonly string[]): string {
  return texts.length > 0 ? `# Instructions of the application\n\n${texts.join('\n\n')}` : '';
}
