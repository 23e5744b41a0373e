import type { Gathering } from '../gather-reply.ts';
import type { CallPiece } from '../join-calls.ts';
import { callsOf, type Delta, type PlainCall, textOf } from '../read-delta.ts';
import { openMould } from './mould.ts';
import type { OnEvent } from './read-events.ts';
import { toUsage } from './to-usage.ts';
import { WireError } from './wire-error.ts';

export interface DeltaReader {
  onEvent: OnEvent;
  /** The stream came to its end. */
  end(): void;
}

/** A chunk of a streamed completion, as far as anything can be said of it. */
interface Chunk {
  choices?: { delta?: Delta; finish_reason?: unknown }[];
  usage?: unknown;
  error?: unknown;
  model?: unknown;
}

/**
 * Puts what the events of a streamed completion say into `gathering`. Throws a `WireError` where the provider tells of one, and a
 * `SyntaxError` where it does not speak JSON.
 */
export function openDeltaReader(gathering: Gathering, alive: () => void): DeltaReader {
  /** Some servers repeat it: the last counts. */
  let usage: unknown;
  const mould = openMould((json) => plainTextOf(JSON.parse(json)));

  function add(data: string): void {
    const chunk = parse(data);
    if (chunk?.error) throw new WireError({ error: chunk.error });
    const choice = chunk?.choices?.[0];
    if (chunk.usage) usage = chunk.usage;
    const { delta } = choice ?? {};
    if (!choice || !delta) return;
    alive();
    const text = textOf(delta.content);
    const pieces = delta.tool_calls ? callsOf(delta).map(toPiece) : [];
    const ended = choice.finish_reason != null;
    if (pieces.length === 0 && !ended) {
      gathering.say(text);
      mould.learn(data, plainTextOf(chunk));
      return;
    }
    gathering.add({
      text,
      tool_call_chunks: pieces,
      ...(ended && {
        response_metadata: { finish_reason: choice.finish_reason, model_name: chunk.model },
      }),
    });
  }

  return {
    onEvent(kind, data) {
      if (data === '[DONE]') return true;
      if (kind !== '') return readNamed(kind, data, add);
      const text = mould.fill(data);
      if (text === undefined) add(data);
      else {
        alive();
        gathering.say(text);
      }
      return false;
    },
    end() {
      if (!usage) return;
      alive();
      gathering.add({ text: '', usage_metadata: toUsage(usage) });
    },
  };
}

/** Events of other protocols of OpenAI's are none of ours. */
function readNamed(kind: string, data: string, add: (data: string) => void): boolean {
  if (kind === 'error') {
    const told = parse(data);
    throw new WireError({ error: told?.error ?? told });
  }
  if (kind.startsWith('thread.')) parse(data);
  else add(data);
  return false;
}

/** The parser's own message repeats what was said. */
function parse(data: string): Chunk {
  try {
    return JSON.parse(data);
  } catch {
    throw new SyntaxError('an event is not JSON');
  }
}

/** The text of a chunk that says nothing else. */
function plainTextOf({ choices, usage, error }: Chunk): string | undefined {
  const { delta, finish_reason } = choices?.[0] ?? {};
  if (!delta || finish_reason != null || usage || error || delta.tool_calls) return undefined;
  return typeof delta.content === 'string' ? delta.content : undefined;
}

function toPiece({ id, index, function: { name, arguments: args } }: PlainCall): CallPiece {
  return { id, name, args, index } as CallPiece; // as the provider's JSON had them
}
