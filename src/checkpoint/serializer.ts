import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { decodeValue } from './decode-value.ts';
import { encodeValue } from './encode-value.ts';
import { plainText } from './plain-text.ts';
import { tagKey } from './value-tag.ts';

/** A value as JSON text from which `loadValue` makes an equal one. Throws a `TypeError` for what has no such form. */
export function dumpValue(value: unknown): string {
  return plainText(value) ?? JSON.stringify(encodeValue(value));
}

/** Foreign JSON comes back as the plain objects that it was: only values that `dumpValue` tagged become instances. */
export function loadValue(text: string): unknown {
  const json: unknown = JSON.parse(text);
  return text.includes(`"${tagKey}"`) ? decodeValue(json) : json;
}

/** The same, with the face that LangGraph wants of a serializer. */
export const serializer: SerializerProtocol = {
  async dumpsTyped(value: unknown) {
    return ['json', new TextEncoder().encode(dumpValue(value))];
  },
  async loadsTyped(type: string, data: Uint8Array | string) {
    if (type !== 'json') throw new Error(`A checkpoint has data of the unknown type ${type}.`);
    return loadValue(typeof data === 'string' ? data : new TextDecoder().decode(data));
  },
};
