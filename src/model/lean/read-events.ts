/** Hears of each event. Returns whether it was the last that matters. */
export type OnEvent = (kind: string, data: string) => boolean;

export interface EventReader {
  /** Reads on. Returns whether the last event that matters was among them. */
  take(bytes: Buffer): boolean;
  /** Nothing more comes: what stands there unfinished is an event too. */
  end(): boolean;
}

const lf = 10;
const cr = 13;

/**
 * Reads server-sent events (HTML Living Standard, section 9.2.6) from bytes that are cut anywhere. Lines are decoded whole, so that no
 * character is: a line's end is never part of one. Other than there, an event without data is told too, as OpenAI's own client does.
 */
export function openEventReader(onEvent: OnEvent): EventReader {
  /** The beginning of a line whose end has not come. */
  let begun: Buffer[] = [];
  let skipsLf = false;
  let kind = '';
  let data: string | undefined;

  function readLine(line: string): boolean {
    const plain = line.charCodeAt(0) === byteOrderMark ? line.slice(1) : line;
    if (plain === '') return tell();
    const more = fieldOf(plain, 'data');
    if (more !== undefined) data = data === undefined ? more : `${data}\n${more}`;
    else kind = fieldOf(plain, 'event') ?? kind;
    return false;
  }

  function tell(): boolean {
    if (data === undefined && kind === '') return false;
    const told = data ?? '';
    const of = kind;
    data = undefined;
    kind = '';
    return onEvent(of, told);
  }

  function readLines(text: string): boolean {
    if (text.includes('\r'))
      return text
        .split(/\r\n|\n|\r/)
        .slice(0, -1)
        .some(readLine);
    for (let from = 0; from < text.length; ) {
      const to = text.indexOf('\n', from);
      if (readLine(text.slice(from, to))) return true;
      from = to + 1;
    }
    return false;
  }

  return {
    take(piece) {
      const bytes = skipsLf && piece[0] === lf ? piece.subarray(1) : piece;
      if (piece.length > 0) skipsLf = false;
      const cut = Math.max(bytes.lastIndexOf(lf), bytes.lastIndexOf(cr)) + 1;
      if (cut === 0) {
        if (bytes.length > 0) begun.push(bytes);
        return false;
      }
      skipsLf = cut === bytes.length && bytes[cut - 1] === cr;
      const text = textOf(begun, bytes.subarray(0, cut));
      begun = cut < bytes.length ? [bytes.subarray(cut)] : [];
      return readLines(text);
    },
    end() {
      const line = Buffer.concat(begun).toString();
      begun = [];
      return (line !== '' && readLine(line)) || tell();
    },
  };
}

function textOf(begun: Buffer[], bytes: Buffer): string {
  return begun.length > 0 ? Buffer.concat([...begun, bytes]).toString() : bytes.toString();
}

/** What a line says of a field; undefined where it says nothing of it. */
function fieldOf(line: string, field: string): string | undefined {
  if (!line.startsWith(field)) return undefined;
  if (line.length === field.length) return '';
  if (line.charCodeAt(field.length) !== colon) return undefined;
  return line.slice(line.charCodeAt(field.length + 1) === space ? field.length + 2 : field.length + 1);
}

const byteOrderMark = 0xfeff;
const colon = 58;
const space = 32;
