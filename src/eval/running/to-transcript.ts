import type { Json, JsonObject } from '../../message.ts';
import type { CallEnd, LoggedEvent, TurnEvent } from '../../turn-event.ts';
import type { Hop, Measures, SeenCall, SeenPassage, TurnTranscript } from '../transcript.ts';

/** What a turn cost, as the ledger has it. */
export interface TurnCost {
  /** Null: a model that was asked has no price. */
  dollars: number | null;
  modelCalls: number;
}

/** What happened in one run, from its events in the log. What a process that was gone left behind does not count. */
export function toTranscript(user: string, logged: LoggedEvent[], cost: TurnCost): TurnTranscript {
  const events = thatCount(logged);
  const ends = ofType(events, 'call-end');
  const end = ofType(events, 'turn-end').at(-1);
  const failure = ofType(events, 'turn-error').at(-1);
  const calls = callsOf(events, ends);
  return {
    user,
    path: end?.path ?? withoutRepeats(ofType(events, 'agent-start').map(({ agent }) => agent)),
    hops: events.flatMap(toHop),
    calls,
    answer: end?.answer.content ?? '',
    said: saidOnTheWay(events, end?.answer.id),
    metadata: end?.answer.response_metadata ?? {},
    passages: ends.flatMap(({ message }) => passagesIn(message.artifact)),
    repairs: end?.repairs ?? countRepairs(events),
    guards: ofType(events, 'guard').map(({ agent, place, guard, blocked, why }) => ({
      agent,
      place,
      guard,
      blocked,
      why,
    })),
    waits: ofType(events, 'interrupted').flatMap(({ interrupts }) => interrupts.map(({ value }) => value)),
    ...(failure && { error: { error: failure.error, message: failure.message } }),
    measures: measure(events, cost),
  };
}

type Logged<Type extends TurnEvent['type']> = LoggedEvent & Extract<TurnEvent, { type: Type }>;

function ofType<Type extends TurnEvent['type']>(events: LoggedEvent[], type: Type): Logged<Type>[] {
  return events.filter((event): event is Logged<Type> => event.type === type);
}

/** A turn that was begun again goes on from a checkpoint: what was logged after that did not happen. */
function thatCount(logged: LoggedEvent[]): LoggedEvent[] {
  let kept: LoggedEvent[] = [];
  for (const event of logged) {
    if (event.type === 'turn-start' && event.attempt > 1) {
      const { checkpointId } = event;
      const saved = kept.findIndex((one) => one.type === 'checkpoint' && one.checkpointId === checkpointId);
      kept = kept.slice(0, saved + 1);
      if (kept.some(({ type }) => type === 'turn-start')) continue;
    }
    kept.push(event);
  }
  return kept;
}

function withoutRepeats(agents: string[]): string[] {
  return agents.filter((agent, at) => agent !== agents[at - 1]);
}

/** The texts that were streamed, but for the answer's. */
function saidOnTheWay(events: LoggedEvent[], answerId: string | undefined): string[] {
  const texts = new Map<string, string>();
  for (const { messageId, text } of ofType(events, 'text-delta'))
    if (messageId !== answerId) texts.set(messageId, (texts.get(messageId) ?? '') + text);
  return [...texts.values()];
}

function toHop(event: LoggedEvent): Hop[] {
  if (event.type === 'handoff') return [{ from: event.from, to: event.to, brief: event.brief }];
  if (event.type === 'handoff-refused')
    return [{ from: event.from, to: event.to, brief: {}, refused: event.reason }];
  return [];
}

/** Calls that were carried out or refused, transfers left out: hops tell of those. */
function callsOf(events: LoggedEvent[], ends: Logged<'call-end'>[]): SeenCall[] {
  const begun = new Map(ofType(events, 'call-start').map(({ call }) => [call.id, call]));
  const asked = askedIn(events);
  const transfers = new Set(
    events.flatMap((event) =>
      event.type === 'handoff' || event.type === 'handoff-refused' ? (event.callId ?? []) : [],
    ),
  );
  return ends
    .filter(({ message }) => !transfers.has(message.tool_call_id))
    .map(({ agent, message, milliseconds }) => ({
      agent,
      name: message.name,
      args: message.args ?? begun.get(message.tool_call_id)?.args ?? asked.get(message.tool_call_id) ?? {},
      result: message.content,
      failed: message.status === 'error',
      ...(message.artifact !== undefined && { artifact: message.artifact }),
      milliseconds,
    }));
}

/** The arguments of calls as agents asked for them: those that are refused never start. */
function askedIn(events: LoggedEvent[]): Map<string, JsonObject> {
  const asked = new Map<string, JsonObject>();
  for (const { update } of ofType(events, 'step-end')) {
    const { messages } = update as { messages?: { tool_calls?: { id: string; args: JsonObject }[] }[] }; // what a step adds to the state
    for (const { tool_calls = [] } of Array.isArray(messages) ? messages : [])
      for (const { id, args } of tool_calls) asked.set(id, args);
  }
  return asked;
}

/** Passages of documents by the document's key, films by their title. */
function passagesIn(artifact: CallEnd['message']['artifact']): SeenPassage[] {
  if (artifact === null || typeof artifact !== 'object' || Array.isArray(artifact)) return [];
  const { passages, hits } = artifact;
  if (Array.isArray(passages))
    return objectsIn(passages).map(({ id, key, text }) => ({
      id: String(id),
      document: String(key),
      text: String(text ?? ''),
    }));
  if (!Array.isArray(hits)) return [];
  return objectsIn(hits).map(({ film_id, id = film_id, title, description }) => ({
    id: String(id ?? title),
    document: String(title ?? id),
    text: String(description ?? ''),
  }));
}

function objectsIn(list: Json[]): JsonObject[] {
  return list.filter(
    (one): one is JsonObject => one !== null && typeof one === 'object' && !Array.isArray(one),
  );
}

function countRepairs(events: LoggedEvent[]): TurnTranscript['repairs'] {
  const counts: TurnTranscript['repairs'] = {};
  for (const { repair } of ofType(events, 'repair')) counts[repair] = (counts[repair] ?? 0) + 1;
  return counts;
}

function measure(events: LoggedEvent[], { dollars, modelCalls }: TurnCost): Measures {
  const end = ofType(events, 'turn-end').at(-1);
  const begun = events[0]?.at ?? 0;
  const first = events.find(({ type }) => type === 'text-delta');
  const usage = end?.usage ?? { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  return {
    milliseconds: end?.milliseconds ?? (events.at(-1)?.at ?? begun) - begun,
    firstTokenMs: first ? first.at - begun : null,
    tokens: usage.total_tokens,
    usage,
    dollars,
    modelCalls,
    hops: ofType(events, 'handoff').length,
  };
}
