import { fileTypeFromBuffer } from 'file-type';
import type { DocumentKind } from './document.ts';
import { DocumentError } from './document-error.ts';
import { kindByName } from './kind-by-name.ts';
import type { ReadLimits } from './read-limits.ts';
import { type DecodedText, decodeText } from './text/decode-text.ts';
import { textKind } from './text/text-kind.ts';
import { openPackage, type Parts } from './zip/open-package.ts';
import { packageKind } from './zip/package-kind.ts';

/** What came with the bytes; none of it is believed where the bytes say otherwise. */
export interface Claims {
  name?: string;
  /** As in HTTP, with its parameters. */
  contentType?: string;
}

/** What bytes are, with as much of them opened as it took to know. */
export type Detected =
  | { kind: 'pdf' }
  | { kind: 'docx' | 'pptx' | 'xlsx' | 'odt' | 'epub'; parts: Parts }
  | ({ kind: 'html' | 'markdown' | 'csv' | 'text' } & DecodedText);

/**
 * Tells a document by its content. Name and type decide only between kinds of text, which may look alike, and tell `corrupt`
 * (it says that it is a kind that we read, and is not) from `unsupported`. Throws a `DocumentError`.
 */
export async function detectKind(bytes: Buffer, claims: Claims, limits: ReadLimits): Promise<Detected> {
  if (bytes.length === 0) throw new DocumentError('empty', 'It is empty.');
  if (bytes.subarray(0, 1024).includes('%PDF-')) return { kind: 'pdf' };
  if (bytes.subarray(0, 4).equals(zipMark)) return detectPackage(bytes, claims, limits);
  if (bytes.subarray(0, 8).equals(compoundMark)) throw compoundFile(bytes);
  const decoded = decodeText(bytes, charsetOf(claims.contentType));
  if (!decoded) throw await notReadable(bytes, claims);
  if (isBinary(claimedKind(claims))) throw notWhatItSays(claims);
  if (decoded.text.trim() === '') throw new DocumentError('empty', 'There is nothing in it but white space.');
  if (/^\s*\{\\rtf/.test(decoded.text))
    throw new DocumentError('unsupported', 'Rich text (RTF) is not read.');
  return { kind: textKind(decoded.text, claimedKind(claims)), ...decoded };
}

const zipMark = Buffer.from('PK\x03\x04');
const compoundMark = Buffer.from('d0cf11e0a1b11ae1', 'hex');

async function detectPackage(bytes: Buffer, claims: Claims, limits: ReadLimits): Promise<Detected> {
  const parts = await openPackage(bytes, limits);
  const kind = packageKind(parts);
  if (kind) return { kind, parts };
  if (isBinary(claimedKind(claims))) throw notWhatItSays(claims);
  throw new DocumentError('unsupported', 'It is an archive, and no kind of document that is read.');
}

/** Office wraps what it encrypts in a compound file (MS-OFFCRYPTO, 1.3); before 2007 all its files were of that kind. */
function compoundFile(bytes: Buffer): DocumentError {
  return bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))
    ? new DocumentError('encrypted', 'It is protected by a password.')
    : new DocumentError(
        'unsupported',
        'Files of Office before 2007 are not read: save it as DOCX, XLSX, PPTX or PDF.',
      );
}

async function notReadable(bytes: Buffer, claims: Claims): Promise<DocumentError> {
  if (claimedKind(claims)) return notWhatItSays(claims);
  const type = await fileTypeFromBuffer(bytes.subarray(0, 4100)).catch(() => undefined);
  return new DocumentError(
    'unsupported',
    `Files of ${type ? `the type ${type.mime}` : 'this type'} are not read.`,
  );
}

function notWhatItSays(claims: Claims): DocumentError {
  return new DocumentError(
    'corrupt',
    `It is said to be ${claimedKind(claims)}, and its content is something else.`,
  );
}

function isBinary(kind: DocumentKind | undefined): boolean {
  return kind !== undefined && !['html', 'markdown', 'csv', 'text'].includes(kind);
}

function claimedKind({ name, contentType }: Claims): DocumentKind | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const byName = kindByName(name ?? '');
  // Servers call many things plain text that their names know better.
  return type === 'text/plain' ? (byName ?? 'text') : (byType[type] ?? byName);
}

function charsetOf(contentType: string | undefined): string | undefined {
  return /charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1];
}

const office = 'application/vnd.openxmlformats-officedocument.';

const byType: Record<string, DocumentKind> = {
  'application/pdf': 'pdf',
  [`${office}wordprocessingml.document`]: 'docx',
  [`${office}presentationml.presentation`]: 'pptx',
  [`${office}spreadsheetml.sheet`]: 'xlsx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/epub+zip': 'epub',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
};
