import { dumpValue } from './serializer.ts';

/**
 * Remembers the JSON of short values, and which are long: LangGraph hands on what a step left alone as the same object and under the same
 * version. It forgets a value with the object.
 */
export class TextMemory {
  readonly #known = new WeakMap<object, { version: string; text: string | undefined }>();
  readonly #atMost: number;

  /** `atMost`: how long a short one is, in characters. */
  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  /** The JSON of a version of a value, where it is short. */
  shortText(value: unknown, version: string): string | undefined {
    if (typeof value === 'string' && value.length > this.#atMost) return undefined;
    if (typeof value !== 'object' || value === null) return this.#ifShort(dumpValue(value));
    const known = this.#known.get(value);
    if (known?.version === version) return known.text;
    const text = this.#ifShort(dumpValue(value));
    this.#known.set(value, { version, text });
    return text;
  }

  #ifShort(text: string): string | undefined {
    return text.length <= this.#atMost ? text : undefined;
  }
}
