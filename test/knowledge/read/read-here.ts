import type { Block, ReadDocument } from '../../../src/knowledge/read/document.ts';
import { type BytesOptions, readBytes } from '../../../src/knowledge/read/read-bytes.ts';
import { defaultLimits, type ReadLimits } from '../../../src/knowledge/read/read-limits.ts';

/** Reads a document in this thread. */
export function readHere(
  bytes: Buffer | string,
  options: Omit<BytesOptions, 'limits'> & { limits?: Partial<ReadLimits> } = {},
): Promise<ReadDocument> {
  return readBytes(
    Buffer.from(bytes),
    { ...options, limits: { ...defaultLimits, ...options.limits } },
    () => undefined,
  );
}

/** Blocks in short: `h1 Title`, `p Text`, `- item`, `# names of columns`. */
export function outline({ blocks }: { blocks: Block[] }): string[] {
  return blocks.map(inShort);
}

function inShort(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `h${block.level} ${block.text}`;
    case 'paragraph':
      return `p ${block.text}`;
    case 'item':
      return `${'  '.repeat(block.level - 1)}${block.ordered ? '1.' : '-'} ${block.text}`;
    case 'table':
      return [
        ...(block.header ? [`# ${block.header.join(' | ')}`] : []),
        ...block.rows.map((row) => row.join(' | ')),
      ].join('\n');
    case 'code':
      return `code ${block.language ?? ''}: ${block.text}`;
    default:
      return `${block.type} ${block.page ?? block.slide ?? block.sheet}`;
  }
}
