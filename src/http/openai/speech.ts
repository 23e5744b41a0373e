import type { Citation } from '../../handoff/citations/citation.ts';

/** A piece of what agents say; `item` is what a client sees it as a part of. */
export type Speech =
  | { type: 'begin'; item: string }
  | { type: 'say'; item: string; text: string }
  /** `text` is the whole of it, `citations` have their places in it; what was cut short is not `complete`. */
  | { type: 'end'; item: string; text: string; complete: boolean; citations: Citation[] };

/**
 * Turns messages into items that never take back what was said. When a process dies, what it said last may get lost, and
 * another attempt says something in its place, mostly the same: what a client has heard already is not said again.
 * What comes out depends on what went in alone.
 */
export interface Speaker {
  /** Text of a message as it comes. */
  hear(messageId: string, text: string): Speech[];
  /** The whole message, and what it cites. Told again, it says nothing. */
  finish(messageId: string, content: string, citations?: Citation[]): Speech[];
  /** Another attempt begins, which knows of these messages: the others are lost. */
  lose(known: Set<string>): Speech[];
  /** Nothing more will be said. */
  stop(): Speech[];
  /** Whether something of a message was said. */
  knows(messageId: string): boolean;
}

interface Item {
  id: string;
  /** The message so far, with what was said of the lost one that it goes on behind. */
  heard: string;
  /** How long that was: it stands in another item. */
  before: number;
  open: boolean;
}

export function openSpeaker(): Speaker {
  const items = new Map<string, Item>();
  /** What was said last and got lost; and how the message begins that may be the same again. */
  let lost: { item: Item; messageId: string; again: string } | undefined;

  function hear(messageId: string, text: string): Speech[] {
    const item = items.get(messageId);
    if (item) return say(item, text);
    if (!lost) return begin(messageId, text);
    lost.again = lost.messageId === messageId ? lost.again + text : text;
    lost.messageId = messageId;
    return lost.item.heard.startsWith(lost.again) ? [] : replaceLost(lost.item, messageId, lost.again);
  }

  function finish(messageId: string, content: string, citations: Citation[] = []): Speech[] {
    const item = items.get(messageId);
    if (item)
      return item.open ? [...say(item, restOf(item, content)), ...end(item, content, { citations })] : [];
    if (lost)
      return [...replaceLost(lost.item, messageId, content), ...finish(messageId, content, citations)];
    return content ? [...begin(messageId, content), ...finish(messageId, content, citations)] : [];
  }

  /** Puts a message in the place of the lost one: behind what was said of it, or beside it. */
  function replaceLost(gone: Item, messageId: string, text: string): Speech[] {
    lost = undefined;
    if (!text.startsWith(gone.heard)) return [...cut(gone), ...(text ? begin(messageId, text) : [])];
    const rest = restOf(gone, text);
    if (rest && !gone.open) return begin(messageId, rest, gone.heard);
    items.set(messageId, gone);
    return say(gone, rest);
  }

  function begin(messageId: string, text: string, before = ''): Speech[] {
    const item = { id: messageId, heard: before, before: before.length, open: true };
    items.set(messageId, item);
    return [{ type: 'begin', item: messageId }, ...say(item, text)];
  }

  function lose(known: Set<string>): Speech[] {
    const gone = [...items].filter(([id]) => !known.has(id));
    for (const [id] of gone) items.delete(id);
    const [, last] = gone.pop() ?? [];
    const item = last ?? lost?.item;
    lost = item && { item, messageId: '', again: '' };
    return gone.flatMap(([, other]) => cut(other));
  }

  function stop(): Speech[] {
    return [...items.values(), ...(lost ? [lost.item] : [])].flatMap(cut);
  }

  return { hear, finish, lose, stop, knows: (messageId) => items.has(messageId) };
}

/** What a text adds to an item; nothing where a guard changed what was said already. */
function restOf({ heard }: Item, text: string): string {
  return text.startsWith(heard) ? text.slice(heard.length) : '';
}

function say(item: Item, text: string): Speech[] {
  if (!text) return [];
  item.heard += text;
  return [{ type: 'say', item: item.id, text }];
}

interface Ending {
  complete?: boolean;
  citations?: Citation[];
}

function end(item: Item, content: string, { complete = true, citations = [] }: Ending = {}): Speech[] {
  item.open = false;
  const text = content.slice(item.before);
  return [{ type: 'end', item: item.id, text, complete, citations: movedBack(citations, item.before) }];
}

/** Citations in a text of which the first so many units stand elsewhere; those that stand there are left out. */
function movedBack(citations: Citation[], units: number): Citation[] {
  const here = citations.filter(({ at }) => at >= units);
  return here.map((one) => ({
    ...one,
    at: one.at - units,
    start: Math.max(0, one.start - units),
    end: one.end - units,
  }));
}

function cut(item: Item): Speech[] {
  return item.open ? end(item, item.heard, { complete: false }) : [];
}
