import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import { parseModelName } from '../../config/model-name.ts';
import type { JsonObject, Usage } from '../../message.ts';
import { redact } from '../../redact.ts';
import { type ChatReply, ModelError } from '../chat-model.ts';
import { changeTexts } from './change-texts.ts';
import type { StandIns } from './stand-ins.ts';

const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
const usage = z.custom<Usage>(
  (value) => z.looseObject({ total_tokens: z.number() }).safeParse(value).success,
);
const servedBy = z.strictObject({ provider: z.string(), model: z.string() });

/** A reply as it is on the tape: without ids of calls, which are new each time. `heard` where the listener was told another text. */
export const recordedReplySchema = z.strictObject({
  text: z.string(),
  heard: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string(), args: jsonObject })),
  invalidCalls: z.array(z.strictObject({ name: z.string(), args: z.string(), error: z.string() })),
  reasoning: z.strictObject({ of: z.string(), blocks: z.array(jsonObject) }).optional(),
  usage,
  model: z.string(),
  servedBy,
  stop: z.enum(['end', 'calls', 'length', 'filter']),
});

/** What the model did in the place of a reply: `misbehaved`. What kept it from replying is not recorded. */
export const recordedFailureSchema = z.strictObject({ failed: z.string(), heard: z.string() });

export type RecordedReply = z.infer<typeof recordedReplySchema>;
export type RecordedFailure = z.infer<typeof recordedFailureSchema>;
export type Recorded = RecordedReply | RecordedFailure;

/** The reply as it is recorded. `model` is who plays the role, who answered where the reply does not say; keys of pools are left out. */
export function toRecordedReply(
  reply: ChatReply,
  heard: string,
  model: string,
  standIns: StandIns,
): RecordedReply {
  const { text, calls, invalidCalls, reasoning, usage, stop } = reply;
  const { provider, model: served } = reply.servedBy ?? parseModelName(model);
  const hide = (found: string) => standIns.hide(redact(found));
  return {
    text: hide(text),
    ...(heard !== text && { heard: hide(heard) }),
    calls: calls.map((call) => changeTexts({ name: call.name, args: call.args }, hide)),
    invalidCalls: invalidCalls.map(({ name, args, error }) => changeTexts({ name, args, error }, hide)),
    ...(reasoning && { reasoning: { of: reasoning.of, blocks: changeTexts(reasoning.blocks, redact) } }),
    usage,
    model: reply.model,
    servedBy: { provider, model: served },
    stop,
  };
}

/** What the model did wrong, as it is recorded; undefined for an error that is not the model's own doing. */
export function toRecordedFailure(
  error: unknown,
  heard: string,
  standIns: StandIns,
): RecordedFailure | undefined {
  if (!(error instanceof ModelError) || error.reason !== 'misbehaved') return undefined;
  return { failed: redact(error.message), heard: standIns.hide(redact(heard)) };
}

/**
 * Gives a recorded reply again, with calls that have new ids; its text is heard word by word. Rejects with the signal's reason, and with a
 * `ModelError` where that is what was recorded.
 */
export async function replay(
  recorded: Recorded,
  standIns: StandIns,
  signal: AbortSignal,
  onText: (delta: string) => void,
): Promise<ChatReply> {
  await breathe();
  const heard = recorded.heard ?? ('text' in recorded ? recorded.text : '');
  for (const word of standIns.show(heard).match(/\S+\s*|\s+/g) ?? []) {
    signal.throwIfAborted();
    onText(word);
  }
  signal.throwIfAborted();
  if ('failed' in recorded) throw new ModelError('misbehaved', recorded.failed);
  const { text, calls, invalidCalls, reasoning, usage, model, servedBy, stop } = recorded;
  return {
    text: standIns.show(text),
    calls: calls.map((call) => ({ id: newCallId(), ...changeTexts(call, standIns.show) })),
    invalidCalls: invalidCalls.map((call) => ({ id: newCallId(), ...changeTexts(call, standIns.show) })),
    ...(reasoning && { reasoning }),
    usage,
    model,
    servedBy,
    stop,
  };
}

function newCallId(): string {
  return `call_${randomUUID().replaceAll('-', '')}`;
}
