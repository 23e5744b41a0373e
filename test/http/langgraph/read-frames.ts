/** A frame of a stream, as a client reads it. */
export interface ReadFrame {
  event: string;
  id: string | undefined;
  data: Data;
}

/** What the frames of the several modes hold. */
export type Data = Record<string, unknown> & { [at: number]: Record<string, unknown> };

export function readFrames(text: string): ReadFrame[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.includes('event: '))
    .map((frame) => {
      const lines = frame.split('\n').filter((line) => !line.startsWith(':'));
      const fields = lines.map((line) => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 2),
      ]);
      const { event, id, data } = Object.fromEntries(fields);
      return { event, id, data: JSON.parse(data ?? '') } as ReadFrame; // what the streams format
    });
}
