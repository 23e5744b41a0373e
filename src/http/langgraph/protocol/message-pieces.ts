import type { AiMessage, Message } from '../../../message.ts';
import type { LoggedEvent } from '../../../turn-event.ts';
import { blocksOf, type ContentBlock, textBlock } from './content-blocks.ts';
import type { Piece } from './protocol-event.ts';
import { goesOn, type Spoken, type ThreadView } from './thread-view.ts';

/**
 * The channel `messages`: what agents say, block by block. What is said as it comes is the first block; the rest of
 * a message is known when its step ends. Messages of users and tools are in the values.
 */
export function messagePieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  const spoken = before?.speaking;
  if (event.type === 'text-delta') return hearMore(event, spoken);
  const tells = event.type === 'step-end' || goesOn(event, before);
  const messages = tells && view ? view.run.added.filter(isSaid) : [];
  const ends = tells || event.type === 'turn-start' || (before?.open && !view?.open);
  const lost = ends && !messages.some(({ id }) => id === spoken?.id);
  return [
    ...(lost ? cutOff(spoken) : []),
    ...messages.flatMap((message) => tellMessage(event, message, spoken)),
  ];
}

function isSaid(message: Message): message is AiMessage {
  return message.type === 'ai';
}

function hearMore(
  { messageId, agent, text, ...event }: Extract<LoggedEvent, { type: 'text-delta' }>,
  spoken: Spoken | undefined,
): Piece[] {
  const said = { event: 'content-block-delta', index: 0, delta: { type: 'text-delta', text } };
  if (spoken?.id === messageId) return [piece(agent, said)];
  return [
    ...cutOff(spoken),
    start(event, agent, messageId),
    blockStart(agent, 0, textBlock('')),
    piece(agent, said),
  ];
}

/** The whole message, or what is left of it when its text has been heard. */
function tellMessage(event: LoggedEvent, message: AiMessage, spoken: Spoken | undefined): Piece[] {
  const { id, name } = message;
  const heard = spoken?.id === id;
  const told = blocksOf(message, heard).flatMap((block, index) => {
    const finish = piece(name, { event: 'content-block-finish', index, content: block.whole });
    if (heard && index === 0) return [finish];
    const delta = block.delta && piece(name, { event: 'content-block-delta', index, delta: block.delta });
    return [blockStart(name, index, block.start), ...(delta ? [delta] : []), finish];
  });
  return [...(heard ? [] : [start(event, name, id)]), ...told, finishOf(message)];
}

function start({ runId, threadId }: { runId: string; threadId: string }, agent: string, id: string): Piece {
  const metadata = { run_id: runId, thread_id: threadId, agent };
  return piece(agent, { event: 'message-start', role: 'ai', id, run_id: runId, metadata });
}

function finishOf({ name, usage_metadata, response_metadata = {}, tool_calls }: AiMessage): Piece {
  const reason = response_metadata.finish_reason ?? (tool_calls.length > 0 ? 'tool_calls' : 'stop');
  return piece(name, {
    event: 'message-finish',
    reason,
    ...(usage_metadata && { usage: usage_metadata }),
    ...(Object.keys(response_metadata).length > 0 && { metadata: response_metadata }),
  });
}

/** The end of a message that will not be finished: its process died, or its turn ended. */
function cutOff(spoken: Spoken | undefined): Piece[] {
  return spoken ? [piece(spoken.agent, { event: 'error', message: 'The message was cut off.' })] : [];
}

function blockStart(agent: string, index: number, content: ContentBlock): Piece {
  return piece(agent, { event: 'content-block-start', index, content });
}

function piece(node: string, data: object): Piece {
  return { method: 'messages', node, data };
}
