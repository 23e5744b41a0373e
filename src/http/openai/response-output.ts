import type { Call, ToolMessage } from '../../message.ts';
import { textAnnotations } from './annotations.ts';
import {
  approvalItem,
  type CallItem,
  callItem,
  messageItem,
  type OutputItem,
  textContent,
} from './response-item.ts';
import type { Speech } from './speech.ts';

/** An event of a response's stream, before it is numbered. */
export interface Told {
  type: string;
  [field: string]: unknown;
}

/** What a response has put out so far. Each change is told as the events of a stream. */
export interface ResponseOutput {
  items: OutputItem[];
  speak(pieces: Speech[]): Told[];
  beginCall(agent: string, call: Call): Told[];
  /** Ends a call, and begins it where nothing was said of it. Told again, it says nothing. */
  endCall(agent: string, call: Call, answer: ToolMessage): Told[];
  askApproval(agent: string, call: Call): Told[];
  /** What has not ended is cut short. */
  stop(): Told[];
}

export function openResponseOutput(): ResponseOutput {
  const items: OutputItem[] = [];
  const at = (id: string) => items.findIndex((item) => item.id === id);

  function add(item: OutputItem): Told[] {
    items.push(item);
    return [{ type: 'response.output_item.added', output_index: items.length - 1, item: copy(item) }];
  }

  function done(output_index: number): Told {
    return { type: 'response.output_item.done', output_index, item: copy(items[output_index]) };
  }

  function speakPiece(piece: Speech): Told[] {
    const { id: item_id } = messageItem(piece.item, 'in_progress', []);
    if (piece.type === 'begin') {
      const added = add(messageItem(piece.item, 'in_progress', []));
      const place = { item_id, output_index: items.length - 1, content_index: 0 };
      return [...added, { type: 'response.content_part.added', ...place, part: textContent('') }];
    }
    const place = { item_id, output_index: at(item_id), content_index: 0 };
    if (piece.type === 'say') {
      return [{ type: 'response.output_text.delta', ...place, delta: piece.text, logprobs: [] }];
    }
    const part = textContent(piece.text, textAnnotations(piece.citations));
    const status = piece.complete ? 'completed' : 'incomplete';
    items[place.output_index] = messageItem(piece.item, status, [part]);
    return [
      ...part.annotations.map((annotation, annotation_index) => ({
        type: 'response.output_text.annotation.added',
        ...place,
        annotation_index,
        annotation,
      })),
      { type: 'response.output_text.done', ...place, text: piece.text, logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      done(place.output_index),
    ];
  }

  function beginCall(agent: string, call: Call): Told[] {
    const item = callItem(agent, call);
    if (at(item.id) >= 0) return [];
    const added = add(item);
    const place = { item_id: item.id, output_index: items.length - 1 };
    item.arguments = JSON.stringify(call.args);
    return [
      ...added,
      { type: 'response.mcp_call.in_progress', ...place },
      { type: 'response.mcp_call_arguments.delta', ...place, delta: item.arguments },
      { type: 'response.mcp_call_arguments.done', ...place, arguments: item.arguments },
    ];
  }

  function endCall(agent: string, call: Call, answer: ToolMessage): Told[] {
    const begun = beginCall(agent, call);
    const output_index = at(callItem(agent, call).id);
    const item = items[output_index];
    if (item?.type !== 'mcp_call' || item.status !== 'in_progress') return [];
    Object.assign(item, outcomeOf(answer));
    const type = answer.status === 'error' ? 'response.mcp_call.failed' : 'response.mcp_call.completed';
    return [...begun, { type, item_id: item.id, output_index }, done(output_index)];
  }

  function stop(): Told[] {
    return items.flatMap((item, output_index) => {
      if (item.type !== 'mcp_call' || item.status !== 'in_progress') return [];
      item.status = 'incomplete';
      return [done(output_index)];
    });
  }

  return {
    items,
    speak: (pieces) => pieces.flatMap(speakPiece),
    beginCall,
    endCall,
    askApproval(agent, call) {
      const added = add(approvalItem(agent, call));
      return [...added, done(items.length - 1)];
    },
    stop,
  };
}

function outcomeOf({ status, content }: ToolMessage): Pick<CallItem, 'status' | 'output' | 'error'> {
  if (status === 'success') return { status: 'completed', output: content, error: null };
  const said = [{ type: 'text' as const, text: content }];
  return { status: 'failed', output: null, error: { type: 'mcp_tool_execution_error', content: said } };
}

function copy<T>(item: T): T {
  return structuredClone(item);
}
