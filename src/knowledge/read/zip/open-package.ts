import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { DocumentError } from '../document-error.ts';
import type { ReadLimits } from '../read-limits.ts';

/** The parts of a package that hold text, by their names in the archive. */
export type Parts = ReadonlyMap<string, Buffer>;

/**
 * Inflates the parts of a zip archive that hold text (XML, HTML and the like), each no further than it says it goes. Pictures, fonts,
 * films and archives within the archive are never opened.
 *
 * Throws a `DocumentError`: `bomb` when there is more than the limits permit, `encrypted`, or `corrupt` for whatever else is
 * wrong with an archive, such as names that lead out of it or sizes that lie.
 */
export async function openPackage(bytes: Buffer, limits: ReadLimits): Promise<Parts> {
  try {
    const archive = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true });
    return await inflateParts(archive, limits);
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    throw new DocumentError('corrupt', 'The archive that it is in is damaged.', error);
  }
}

async function inflateParts(archive: ZipFile, limits: ReadLimits): Promise<Parts> {
  if (archive.entryCount > limits.entries) throw bomb('has too many entries');
  const parts = new Map<string, Buffer>();
  const sum = { stored: 0, inflated: 0 };
  for await (const entry of archive.eachEntry()) {
    if (!textParts.test(entry.fileName) || parts.has(entry.fileName)) continue;
    if (entry.isEncrypted()) throw new DocumentError('encrypted', 'It is protected by a password.');
    sum.stored += entry.compressedSize;
    sum.inflated += entry.uncompressedSize;
    if (sum.inflated > limits.inflatedBytes) throw bomb('inflates to more than is permitted');
    refuseRatio(entry.compressedSize, entry.uncompressedSize, limits);
    refuseRatio(sum.stored, sum.inflated, limits);
    parts.set(entry.fileName, await inflate(archive, entry));
  }
  return parts;
}

const textParts = /(\.(xml|rels|x?html?|opf|ncx)|^mimetype)$/i;

/** What is small does no harm however it was packed. */
const harmlessBytes = 1024 * 1024;

function refuseRatio(stored: number, inflated: number, limits: ReadLimits): void {
  if (inflated > harmlessBytes && inflated > stored * limits.ratio)
    throw bomb('inflates to very many times its size');
}

function bomb(what: string): DocumentError {
  return new DocumentError('bomb', `The archive that it is in ${what}.`);
}

/** The stream breaks off with an error as soon as there is more than the entry's declared size. */
async function inflate(archive: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
