import { setImmediate as nextTick } from 'node:timers/promises';
import { type AnalyzedChunk, analyzeChunk, type ChunkTerms } from '../terms/analyze-chunk.ts';
import { detectLanguage } from '../terms/detect-language.ts';

/** What a document's owner says of it, or what it says of itself. */
export interface Told {
  title?: string | null | undefined;
  language?: string | null | undefined;
}

export interface Analyzed {
  title: string | null;
  language: string;
  terms: ChunkTerms[];
}

/** What the chunks of a document are found by: in the language that its owner told, otherwise that of the document, as it says or reads. */
export async function analyzeDocument(
  chunks: readonly Pick<AnalyzedChunk, 'text' | 'headings'>[],
  owner: Told,
  itself: Told,
): Promise<Analyzed> {
  const title = owner.title ?? itself.title ?? null;
  const language = await detectLanguage(sampleOf(chunks), owner.language ?? itself.language);
  const terms: ChunkTerms[] = [];
  for (const [at, { text, headings }] of chunks.entries()) {
    if (at % chunksBetweenPauses === chunksBetweenPauses - 1) await nextTick();
    terms.push(analyzeChunk({ text, headings, title }, language));
  }
  return { title, language, terms };
}

const chunksBetweenPauses = 20;
const sampleLength = 20_000;

/** From its beginning, its middle and its end: a document may begin with a page in another language. */
function sampleOf(chunks: readonly Pick<AnalyzedChunk, 'text'>[]): string {
  const some = [0, 0.5, 0.8].map((from) => {
    let sample = '';
    for (let at = Math.floor(chunks.length * from); at < chunks.length; at++) {
      if (sample.length >= sampleLength / 3) break;
      sample += `${chunks[at]?.text}\n`;
    }
    return sample.slice(0, sampleLength / 3);
  });
  return chunks.length < 3 ? chunks.map(({ text }) => text).join('\n') : some.join('\n');
}
