import type { NewCheckpoint } from './put-checkpoint.ts';

/** A pack stays one row of a page when its lines are compressed, and is written anew with each step: neither may get long. */
const mostLines = 16;
const mostText = 24_000;

/** A checkpoint that is longer has a row of its own. In characters of JSON. */
const mostOfOne = 6_000;

/** Which packs a run is filling, one a namespace. */
export class OpenPacks {
  readonly #open = new Map<string, { firstId: string; lastId: string; lines: number; text: number }>();

  /**
   * The pack that a checkpoint goes to, by its `first_id`. Undefined where it has a row of its own: it is long, or a thread's first, which
   * is how a thread with states is known.
   */
  choose({
    checkpoint_ns,
    checkpoint_id,
    parent_id,
    checkpoint,
    metadata,
  }: NewCheckpoint): string | undefined {
    const text = checkpoint.length + metadata.length;
    if (parent_id === null || text > mostOfOne) return undefined;
    const open = this.#open.get(checkpoint_ns);
    const fits =
      open && open.lines < mostLines && open.text + text <= mostText && open.lastId < checkpoint_id;
    const pack = fits ? open : { firstId: checkpoint_id, lastId: '', lines: 0, text: 0 };
    this.#open.set(checkpoint_ns, {
      firstId: pack.firstId,
      lastId: checkpoint_id,
      lines: pack.lines + 1,
      text: pack.text + text,
    });
    return pack.firstId;
  }
}
