/** What reading one document may take. */
export interface ReadLimits {
  /** Of the file. */
  bytes: number;
  /** Pages or slides. */
  pages: number;
  /** Of text that comes out, in UTF-16 units. */
  characters: number;
  /** Blocks that come out; a row of a table counts as one. */
  blocks: number;
  /** Cells of all tables together. */
  cells: number;
  /** Columns of one table. */
  columns: number;
  /** How deep elements may be in one another. */
  depth: number;
  /** Entries of a zip archive. */
  entries: number;
  /** Of all entries that are read, inflated. */
  inflatedBytes: number;
  /** Inflated to stored, of an entry and of the archive; checked above 1 MiB. */
  ratio: number;
  /** By the clock, from when a thread takes the document up. */
  seconds: number;
}

export const defaultLimits: ReadLimits = {
  bytes: 50 * 1024 * 1024,
  pages: 2000,
  characters: 20_000_000,
  blocks: 500_000,
  cells: 1_000_000,
  columns: 1000,
  depth: 400,
  entries: 5000,
  inflatedBytes: 256 * 1024 * 1024,
  ratio: 100,
  seconds: 120,
};
