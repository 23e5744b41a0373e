import type { Json, Message } from '../../message.ts';
import type { EvidencePassage } from '../evidence/read-passages.ts';
import { isObject, parseJson } from './parse-json.ts';

/** What searches of documents brought since the question was asked, each passage once; nothing where none was made. */
export function foundPassages(turn: Message[]): EvidencePassage[] | undefined {
  const lists = turn.flatMap((message) => {
    if (message.type !== 'tool' || message.status === 'error') return [];
    const list = passagesIn(message.artifact) ?? passagesIn(parseJson(message.content));
    return list ? [list] : [];
  });
  if (lists.length === 0) return undefined;
  return [...new Map(lists.flat().map((passage) => [passage.id, passage])).values()];
}

/** Passages are known by their shape, whatever the tool is called that found them: `{"passages": [{"id": "p-…", "text": …}]}`. */
export function passagesIn(data: Json | undefined): EvidencePassage[] | undefined {
  if (!isObject(data) || !Array.isArray(data.passages)) return undefined;
  const read = data.passages.map(readPassage);
  return read.every((passage) => passage !== undefined) ? read : undefined;
}

function readPassage(data: Json): EvidencePassage | undefined {
  if (!isObject(data) || typeof data.id !== 'string' || !/^p-\w+$/.test(data.id)) return undefined;
  if (typeof data.text !== 'string') return undefined;
  const section = Array.isArray(data.headings) ? data.headings.join(' > ') : data.section;
  return {
    id: data.id,
    text: data.text,
    ...(typeof data.title === 'string' && { title: data.title }),
    ...(typeof section === 'string' && section && { section }),
  };
}
