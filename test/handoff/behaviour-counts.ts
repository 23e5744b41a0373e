import type { AiMessage, Message } from '../../src/message.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import type { Request } from './odd-model.ts';
import type { PlayedTurn } from './play-behaviour.ts';

/** How often each thing came up in the behaviours that were played. */
export type Counts = Map<string, number>;

/** Adds what came up in a thread's turns. */
export function countTurns(counts: Counts, turns: PlayedTurn[]): void {
  add(counts, 'threads');
  for (const turn of turns) {
    add(counts, 'turns');
    add(counts, `turns that end in: ${turn.ending}`);
    if (turn.cut) add(counts, nameCut(turn.plan.cut));
    add(counts, 'model calls', turn.requests.length);
    add(counts, 'decisions of people', turn.answers.length);
    for (const event of turn.events) add(counts, nameEvent(event));
    for (const message of turn.after.messages.slice(turn.before.messages.length)) {
      for (const what of namesOf(message, turn.requests)) add(counts, what);
    }
  }
}

export function formatCounts(counts: Counts): string {
  const sorted = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return sorted.map(([what, times]) => `${String(times).padStart(9)}  ${what}`).join('\n');
}

function add(counts: Counts, what: string | undefined, times = 1): void {
  if (what !== undefined) counts.set(what, (counts.get(what) ?? 0) + times);
}

function nameCut(cut: PlayedTurn['plan']['cut']): string {
  if (!cut) return 'broken off by abort while a tool waits';
  return `broken off by ${cut.how} at ${cut.at}${cut.how === 'crash' ? `, ${cut.afterwards}` : ''}`;
}

function nameEvent(event: TurnEvent): string | undefined {
  switch (event.type) {
    case 'repair':
      return `repairs: ${event.repair}`;
    case 'guard':
      return `guards that ${event.blocked ? 'hold back' : 'replace'}: ${event.place}`;
    case 'handoff':
      if (event.callId) return 'handoffs along an edge';
      return event.brief.limit ? 'handoffs to onLimit' : 'returns';
    case 'handoff-refused':
      return 'handoffs refused';
    case 'call-start':
      return 'calls carried out';
    default:
      return undefined;
  }
}

function namesOf(message: Message, requests: Request[]): string[] {
  if (message.type === 'tool') return [`answers: ${message.status}`];
  if (message.type !== 'ai' || message.tool_calls.length === 0) return [];
  return [
    message.tool_calls.length > 1 ? 'replies with several calls' : 'replies with one call',
    ...(message.content.trim() ? ['replies with text and calls'] : []),
    ...(message.invalid_tool_calls ?? []).map(() => 'calls whose arguments are no JSON'),
    ...renamed(message, requests),
  ];
}

/** The calls that the machine gave another id or name than the model. */
function renamed({ tool_calls, response_metadata }: AiMessage, requests: Request[]): string[] {
  const reply = requests.findLast(({ tag }) => tag === response_metadata?.model_name)?.reply;
  const asked = [...(reply?.calls ?? []), ...(reply?.invalidCalls ?? [])];
  return tool_calls.flatMap(({ id, name }, at) => [
    ...(id === asked[at]?.id ? [] : ['calls with a new id']),
    ...(name === asked[at]?.name ? [] : ['calls with a new name']),
  ]);
}
