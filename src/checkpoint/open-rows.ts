import type { NewValue } from './put-checkpoint.ts';

/** A row stays in its page when its items are compressed, and is written anew with each step: it may not get long. In characters of JSON. */
const mostText = 12_000;

/** Versions that a row has, at most: they take room even where they add little. */
const mostSteps = 32;

/** Which rows of values a run is filling, one a channel: an array that grows is one row, and not one a step. */
export class OpenRows {
  readonly #open = new Map<string, OpenRow>();

  /** The value with the row that it goes to, where that is one which the run has begun and nobody has come between. */
  place(namespace: string, value: NewValue): NewValue {
    if (value.chain === undefined) return value;
    const channel = JSON.stringify([namespace, value.channel]);
    const open = this.#open.get(channel);
    const fits = open && goesOn(open, value) && hasRoom(open, value);
    const row = fits ? open : { version: value.version, steps: 0, text: 0 };
    this.#open.set(channel, {
      version: row.version,
      steps: row.steps + 1,
      text: row.text + value.data.length,
      last: value,
    });
    return fits ? { ...value, row_version: open.version } : value;
  }

  /** What comes now goes to new rows: others than the journal have written. */
  close(): void {
    this.#open.clear();
  }
}

interface OpenRow {
  /** The row's first version. */
  version: string;
  steps: number;
  text: number;
  /** What it ends with. */
  last: NewValue;
}

function hasRoom({ steps, text }: OpenRow, { data }: NewValue): boolean {
  return steps < mostSteps && text + data.length <= mostText;
}

/** Whether a value adds to the same array, with the same items left behind and the same chains below. */
function goesOn({ last }: OpenRow, value: NewValue): boolean {
  return (
    value.after === last.version &&
    value.chain === last.chain &&
    value.chain_start === last.chain_end &&
    (value.chain_from ?? 0) === (last.chain_from ?? 0) &&
    JSON.stringify(value.base ?? []) === JSON.stringify(last.base ?? [])
  );
}
