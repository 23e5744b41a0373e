/** What was ready in one moment, and whether nothing comes after it. */
export interface ReadyText {
  text: string;
  done: boolean;
}

/** Reads chunks as they come, those together that are ready together. */
export interface ReadyTexts {
  /** Undefined when nothing came for so many milliseconds. Rejects with what the chunks threw, once those before it were given. */
  next(idleMs: number): Promise<ReadyText | undefined>;
}

/** Chunks are put together up to so many characters. */
const mostAtOnce = 16_384;

/**
 * Asks for the first chunk at once, and for others when `next` is called: no more is read ahead than one chunk. The first of a moment
 * waits for nothing but the end of what the event loop is at.
 */
export function readyTexts(ask: () => Promise<IteratorResult<string>>): ReadyTexts {
  let coming: Promise<IteratorResult<string>> | undefined = ask();
  coming.catch(() => undefined); // next hears of it

  async function gather(text: string): Promise<ReadyText> {
    const turn = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
    while (text.length < mostAtOnce) {
      coming ??= ask();
      const next = await Promise.race([coming.catch(() => undefined), turn]);
      if (!next) break;
      coming = undefined;
      if (next.done) return { text, done: true };
      text += next.value;
    }
    return { text, done: false };
  }

  return {
    async next(idleMs) {
      coming ??= ask();
      const first = await within(idleMs, coming);
      if (!first) return undefined;
      coming = undefined;
      return first.done ? { text: '', done: true } : gather(first.value);
    },
  };
}

/** What the promise gives, or nothing when that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), milliseconds);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
