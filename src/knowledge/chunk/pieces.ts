import type { Block, ReadDocument } from '../read/document.ts';
import type { ChunkOptions } from './chunk.ts';
import type { Header, Piece } from './piece.ts';
import { type Part, splitRun, splitText } from './split-text.ts';

/** Where a slide or a sheet begins, between pieces. */
export interface Boundary {
  kind: 'slide' | 'sheet';
}

/** The pieces of a document in order: what is short whole, what is long by its sentences, lines or rows. */
export function* piecesOf(document: ReadDocument, options: ChunkOptions): Generator<Piece | Boundary> {
  let last: Block['type'] | undefined;
  for (const block of document.blocks) {
    if (block.type === 'slide' || block.type === 'sheet') yield { kind: block.type };
    else if (block.type !== 'page')
      yield* piecesOfBlock(block, last, { ...options, language: document.language });
    last = block.type;
  }
}

type Cutting = ChunkOptions & { language: string | undefined };
type Written = Exclude<Block, { type: 'page' | 'slide' | 'sheet' }>;

function* piecesOfBlock(block: Written, last: Block['type'] | undefined, cutting: Cutting): Generator<Piece> {
  const glue = block.type === 'item' && last === 'item' ? '\n' : '\n\n';
  switch (block.type) {
    case 'heading':
      return yield* inPieces(
        block,
        'heading',
        splitRun(block.text, cutting.maxTokens, cutting.countTokens),
        glue,
      );
    case 'paragraph':
      return yield* inPieces(block, 'text', sentencesOf(block.text, cutting), glue);
    case 'item':
      return yield* inPieces(
        block,
        'text',
        sentencesOf(`${'  '.repeat(block.level - 1)}- ${block.text}`, cutting),
        glue,
      );
    case 'code':
      return yield* inPieces(block, 'code', linesOf(block.text, cutting), glue);
    case 'table':
      return yield* rowsOf(block, cutting);
  }
}

function* inPieces(block: Block, kind: Piece['kind'], parts: Iterable<Part>, glue: string): Generator<Piece> {
  let isFirst = true;
  for (const part of parts) {
    yield { ...part, kind, place: block, ...(isFirst ? { glue } : {}) };
    isFirst = false;
  }
}

/** Whole, when two of its kind go into a chunk: then not much is lost where it does not fit. */
function* whole(text: string, { maxTokens, countTokens }: Cutting): Generator<Part, boolean> {
  if (text.length > maxTokens * 16) return false;
  const tokens = countTokens(text);
  if (tokens > maxTokens / 2) return false;
  yield { text, tokens, glue: '' };
  return true;
}

function* sentencesOf(text: string, cutting: Cutting): Generator<Part> {
  if (yield* whole(text, cutting)) return;
  yield* splitText(text, cutting.maxTokens, cutting.countTokens, cutting.language);
}

function* linesOf(text: string, cutting: Cutting): Generator<Part> {
  if (yield* whole(text, cutting)) return;
  let glue = '';
  for (const line of text.split('\n')) {
    for (const part of splitRun(line, cutting.maxTokens, cutting.countTokens)) {
      yield { ...part, glue: glue + part.glue };
      glue = '';
    }
    glue += '\n';
  }
}

function* rowsOf(block: Extract<Block, { type: 'table' }>, cutting: Cutting): Generator<Piece> {
  const { maxTokens, countTokens } = cutting;
  const text = block.header && `${rowText(block.header)}\n|${' --- |'.repeat(block.header.length)}`;
  const header: Header | undefined =
    text && text.length <= maxTokens * headerCharacters ? { text, tokens: countTokens(text) } : undefined;
  const repeated = header && header.tokens <= maxTokens / 3 ? header : undefined;
  if (block.header && !repeated)
    yield* inPieces(block, 'row', splitText(rowText(block.header), maxTokens, countTokens), '\n\n');
  for (const [at, row] of block.rows.entries()) {
    const parts = splitRow(row, maxTokens - (repeated ? repeated.tokens + 1 : 0), cutting);
    const glue = at === 0 && !block.header ? '\n\n' : '\n';
    for (const piece of inPieces(block, 'row', parts, glue))
      yield { ...piece, ...(repeated ? { header: repeated } : {}) };
  }
}

/** For each token of a chunk: a header is in every chunk of its table, and must not be most of it in characters either. */
const headerCharacters = 4;

function* splitRow(row: string[], maxTokens: number, { countTokens, language }: Cutting): Generator<Part> {
  const text = rowText(row);
  const tokens = text.length > maxTokens * 16 ? Number.POSITIVE_INFINITY : countTokens(text);
  if (tokens <= maxTokens) yield { text, tokens, glue: '' };
  else yield* splitText(text, maxTokens, countTokens, language);
}

/** As Markdown has it. */
function rowText(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
