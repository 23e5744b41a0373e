import type { ChatReply, ChatRequest } from '../../model/chat-model.ts';
import type { GuardRun } from '../apply-guards.ts';
import type { CitationRules, Edge } from '../graph-file.ts';
import { type Checked, checkAnswer, type Judge, judgeByWords, judgeNothing } from './check-answer.ts';
import type { Citation } from './citation.ts';
import type { Found } from './found-passages.ts';
import { judgeByModel } from './judge-by-model.ts';
import { type Ground, readAnswer, readGround } from './read-answer.ts';
import { countFaults, tellFaults } from './tell-faults.ts';
import { type Written, writeAnswer } from './write-answer.ts';

/** What a reply is checked by. */
export interface Citing {
  rules: CitationRules;
  found: Found;
  /** Edges on which a handoff may be announced. */
  open: Edge[];
  /** Whether the model may be asked once more. */
  mayRepair: boolean;
  /** Tools that it is not offered then. */
  changing: Set<string>;
  /** Asks the model. */
  ask: (request: ChatRequest) => Promise<ChatReply>;
}

/** A reply whose words may be heard. */
export interface CitedReply {
  reply: ChatReply;
  /** Absent where nothing of it had to be checked. */
  citations?: Citation[];
  declined: boolean;
  repaired: boolean;
  /** Tokens that were used beside the reply's own. */
  spent: number;
}

/**
 * Checks what an agent says that has searched the documents or could have. An answer that may not be given is told to its model, once;
 * what is still faulty then is left out, and where nothing is left the graph's decline stands in its place. Beside calls, what is faulty
 * is left out at once. Who is asked once more may search and hand over, and change nothing: what it said may come from a passage.
 */
export async function citeReply(
  run: GuardRun,
  request: ChatRequest,
  first: ChatReply,
  { rules, found, open, mayRepair, changing, ask }: Citing,
): Promise<CitedReply> {
  const ground = readGround(found, rules.decline, open);
  let spent = 0;
  const judge = judgeFor(rules.check, run, (tokens) => {
    spent += tokens;
  });
  if (calls(first)) return { ...(await beside(first, ground)), repaired: false, spent };
  const checked = await checkAnswer(readAnswer(first.text, ground), ground, judge);
  if (checked.passes || !mayRepair) return { ...settle(first, checked, ground), repaired: false, spent };

  run.tell({ type: 'repair', agent: request.agent.name, repair: 'citation', reason: countFaults(checked) });
  const tools = request.tools.filter(({ name }) => !changing.has(name));
  const nudged = withNudge({ ...request, tools }, first, tellFaults(checked, ground));
  const second = withoutCallsOf(changing, await ask(nudged));
  spent += Math.max(0, first.usage.total_tokens);
  if (calls(second)) return { ...(await beside(second, ground)), repaired: true, spent };
  const again = await checkAnswer(readAnswer(second.text, ground), ground, judge);
  return { ...settle(second, again, ground), repaired: true, spent };
}

type Settled = Omit<CitedReply, 'repaired' | 'spent'>;

function judgeFor(check: CitationRules['check'], run: GuardRun, spend: (tokens: number) => void): Judge {
  if (check === 'retrieved') return judgeNothing;
  return check === 'words' ? judgeByWords : judgeByModel(run, spend);
}

function calls(reply: ChatReply): boolean {
  return reply.calls.length + reply.invalidCalls.length > 0;
}

/** A model may call what it is not offered. */
function withoutCallsOf(changing: Set<string>, reply: ChatReply): ChatReply {
  const isLeft = ({ name }: { name: string }) => !changing.has(name);
  return { ...reply, calls: reply.calls.filter(isLeft), invalidCalls: reply.invalidCalls.filter(isLeft) };
}

function settle(reply: ChatReply, checked: Checked, ground: Ground): Settled {
  const written: Written = writeAnswer(checked, ground) ?? {
    text: ground.decline,
    citations: [],
    declined: true,
  };
  const { text, ...rest } = written;
  return { reply: { ...reply, text }, ...rest };
}

/** Words beside calls are no answer: what may stand of them stands. */
async function beside(reply: ChatReply, ground: Ground): Promise<Settled> {
  if (!reply.text.trim()) return { reply, declined: false };
  const checked = await checkAnswer(readAnswer(reply.text, ground), ground, judgeByWords);
  const { text = '', citations = [] } = writeAnswer(checked, ground) ?? {};
  return { reply: { ...reply, text }, ...(citations.length > 0 && { citations }), declined: false };
}

/** The faults are told in the user's place: what the model said may come from a passage, and has no place among the instructions. */
function withNudge(request: ChatRequest, { text }: ChatReply, nudge: string): ChatRequest {
  const id = `${request.messages.at(-1)?.id ?? request.agent.name}-citation`;
  const { name } = request.agent;
  return {
    ...request,
    messages: [
      ...request.messages,
      { type: 'ai', id, name, content: text, tool_calls: [] },
      { type: 'human', id: `${id}-nudge`, content: nudge },
    ],
  };
}
