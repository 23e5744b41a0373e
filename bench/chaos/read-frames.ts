import type { SeenFrame } from './turn-record.ts';

/** Reads server-sent events; comments are passed over, and an event that is cut off is none. */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<SeenFrame> {
  let rest = '';
  let frame: { id?: string; event?: string; data?: string } = {};
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (frame.data !== undefined) yield { event: 'message', data: '', ...frame };
        frame = {};
      } else if (!line.startsWith(':')) frame = { ...frame, ...fieldOf(line) };
    }
  }
}

function fieldOf(line: string): { id?: string; event?: string; data?: string } {
  const colon = line.indexOf(':');
  const value = line.slice(colon + 1).replace(/^ /, '');
  const name = line.slice(0, colon);
  if (name === 'data') return { data: JSON.stringify(JSON.parse(value)) };
  if (name === 'event') return { event: value };
  return name === 'id' ? { id: value } : {};
}
