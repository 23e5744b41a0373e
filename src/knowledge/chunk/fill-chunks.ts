import type { ChunkOptions } from './chunk.ts';
import { overlapOf } from './overlap.ts';
import type { Piece } from './piece.ts';
import type { Boundary } from './pieces.ts';

/** What goes into one chunk, and the text that it makes. */
export interface Filled {
  pieces: Piece[];
  text: string;
  tokens: number;
}

/** Puts pieces together until a chunk is full or something else begins. Headings go with what follows them. */
export function* fillChunks(pieces: Iterable<Piece | Boundary>, options: ChunkOptions): Generator<Filled> {
  /** Less than this goes with what comes next, rather than into a chunk of its own. */
  const little = options.maxTokens / 8;
  const open = openPieces();
  for (const piece of pieces) {
    if (piece.kind === 'sheet' || (begins(piece, open.last()) && open.weight() >= little))
      yield* closeAll(open, options);
    if ('text' in piece) {
      while (open.weightWith(piece) > options.maxTokens && open.last()) yield* makeRoom(open, options);
      open.add(piece);
    }
  }
  yield* closeAll(open, options);
}

function begins(piece: Piece | Boundary, last: Piece | undefined): boolean {
  return piece.kind === 'slide' || (piece.kind === 'heading' && last?.kind !== 'heading');
}

/** One step towards room for another piece: a chunk, or without what is only there to be repeated. */
function* makeRoom(open: OpenPieces, options: ChunkOptions): Generator<Filled> {
  const pieces = open.all();
  if (pieces.some(({ repeated, kind }) => !repeated && kind !== 'heading')) {
    const filled = fill(withoutHeadingsAtEnd(pieces), options);
    yield filled;
    const rest = pieces.slice(filled.taken);
    open.begin([...(rest[0]?.kind === 'heading' ? [] : overlapOf(filled.pieces, options)), ...rest]);
  } else if (pieces.some(({ repeated }) => repeated)) open.begin(pieces);
  else yield* closeAll(open, options);
}

function* closeAll(open: OpenPieces, options: ChunkOptions): Generator<Filled> {
  while (open.all().some(({ repeated }) => !repeated)) {
    const filled = fill(open.all(), options);
    yield filled;
    open.begin(open.all().slice(filled.taken));
  }
  open.begin([]);
}

function withoutHeadingsAtEnd(pieces: Piece[]): Piece[] {
  return pieces.slice(0, pieces.findLastIndex(({ kind }) => kind !== 'heading') + 1);
}

/** The chunk that pieces make; fewer of them (`taken`) when they turn out to be too much together. */
function fill(pieces: Piece[], options: ChunkOptions): Filled & { taken: number } {
  const { maxTokens, countTokens } = options;
  for (let taken = pieces.length; taken > 0; taken--) {
    const some = pieces.slice(0, taken);
    if (some.at(-1)?.repeated) continue;
    const text = textOf(some);
    const tokens = countTokens(text);
    if (tokens <= maxTokens) return { pieces: some, text, tokens, taken };
  }
  // Not even the first goes with what is repeated before it.
  const at = pieces.findIndex(({ repeated }) => !repeated);
  const only = pieces.slice(at, at + 1);
  return { pieces: only, text: textOf(only), tokens: only[0]?.tokens ?? 0, taken: at + 1 };
}

function textOf(pieces: Piece[]): string {
  return pieces.map(({ glue, text }, at) => (at === 0 ? text : glue + text)).join('');
}

/** The pieces of the chunk that is being filled. */
interface OpenPieces {
  add(piece: Piece): void;
  /** Instead of all that there are; what was repeated in the chunk before is not taken over, and headers are said again. */
  begin(pieces: Piece[]): void;
  all(): Piece[];
  last(): Piece | undefined;
  /** No less than the tokens of the pieces together, nearly always: what stands between two is one token, or none. */
  weight(): number;
  weightWith(piece: Piece): number;
}

function openPieces(): OpenPieces {
  let pieces: Piece[] = [];
  let weight = 0;
  const weigh = (more: Piece[]) => more.reduce((sum, { tokens }) => sum + tokens + 1, 0);
  const add = (piece: Piece) => {
    const more = withHeader(pieces.at(-1), piece);
    pieces.push(...more);
    weight += weigh(more);
  };
  return {
    add,
    begin(instead) {
      const isOverlap = ({ repeated, kind }: Piece) => repeated && kind === 'text' && instead !== pieces;
      const kept = instead.filter((piece) => !piece.repeated || isOverlap(piece));
      pieces = [];
      weight = 0;
      for (const piece of kept) add(piece);
    },
    all: () => pieces,
    last: () => pieces.at(-1),
    weight: () => weight,
    weightWith: (piece) => weight + weigh(withHeader(pieces.at(-1), piece)) - 1,
  };
}

/** A row that does not follow another of its table brings the header. */
function withHeader(last: Piece | undefined, piece: Piece): Piece[] {
  if (!piece.header || last?.header?.text === piece.header.text) return [piece];
  return [{ ...piece, ...piece.header, kind: 'row', glue: '\n\n', repeated: true }, piece];
}
