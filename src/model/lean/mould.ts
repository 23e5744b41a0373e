/** The form that the chunks of one stream have in common, but for their text. */
export interface Mould {
  /** The text of a chunk of that form; undefined where it is of another, or none is known. */
  fill(json: string): string | undefined;
  /** Learns from a chunk, and from the text that it says and nothing else. */
  learn(json: string, text: string | undefined): void;
}

const key = '"content":"';
const probe = 'probe';
/** Servers that say something new beside each text have no such form. */
const mostTries = 3;

/**
 * Most chunks of a stream are the same but for a word, and parsing each is most of what they cost. What stands before and after the
 * word is learnt from one chunk; one that begins and ends alike, and has a text between that needs no escapes, is the same JSON
 * with that text. `read` says the text of a chunk, as it is said in full: a form counts once it puts another text there.
 */
export function openMould(read: (json: string) => string | undefined): Mould {
  let before: string | undefined;
  let after = '';
  let tries = 0;
  return {
    fill(json) {
      if (before === undefined || json.length < before.length + after.length) return undefined;
      if (!json.startsWith(before) || !json.endsWith(after)) return undefined;
      const text = json.slice(before.length, json.length - after.length);
      return isBare(text) ? text : undefined;
    },
    learn(json, text) {
      if (!text || tries >= mostTries || !isBare(text)) return;
      tries += 1;
      const at = json.indexOf(key) + key.length;
      if (at < key.length || !json.startsWith(`${text}"`, at)) return;
      const head = json.slice(0, at);
      const tail = json.slice(at + text.length);
      if (read(head + probe + tail) !== probe) return;
      before = head;
      after = tail;
    },
  };
}

/** Whether it stands for itself between quotation marks (RFC 8259, section 7). */
function isBare(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === quote || code === backslash) return false;
  }
  return true;
}

const quote = 0x22;
const backslash = 0x5c;
