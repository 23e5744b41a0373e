import type { Place } from './place.ts';
import { type Recording, type Tape, TapeError } from './tape.ts';
import { changeTape, loadTape } from './tape-file.ts';
import { writeTape } from './write-tape.ts';

/** `record` asks the model for everything; `replay` never asks it; `auto` asks it for what is not there. */
export type CassetteMode = 'record' | 'replay' | 'auto';

/** The tape of one case while it is run. */
export interface OpenTape {
  /** What was there when it was opened. */
  found: readonly Recording[];
  /** What may be given again: what was there, or in `record` what this run has recorded. */
  find(key: string, nth: number): Recording | undefined;
  /**
   * What may be given again, or the right to record it. Waits while another attempt records the same: both go on from one reply then, as they
   * will when it is replayed.
   */
  claim(asked: Pick<Recording, 'key' | 'nth' | 'repeat'>): Promise<Recording | Claim>;
  /**
   * Writes what is not written yet. Of a repeat that was recorded anew, all of it, what it did not ask again goes: `areWhole` says whether its
   * attempts came to their ends. Rejects where the file cannot be written.
   */
  close(areWhole: (place: Place) => boolean): Promise<void>;
}

/** The right to record one reply, to be given back in either way. */
export interface Claim {
  /** Puts it on the tape: it is in the file soon. */
  keep(recording: Recording): void;
  /** It could not be had. */
  fail(): void;
}

/** Opens the tape in a file. Rejects with a `TapeError`; what is recorded anew need not be readable. */
export async function openTape(
  file: string,
  about: { suite: string; case: string },
  mode: CassetteMode,
): Promise<OpenTape> {
  const load = () => loadTape(file, about).catch(mode === 'record' ? ifBroken : reject);
  const found = (await load())?.recordings ?? [];
  const byId = new Map(found.map((recording) => [idOf(recording), recording]));
  const own = new Map<string, Recording>();
  const underWay = new Map<string, Promise<void>>();
  /** Repeats with a reply that could not be had. */
  const broken = new Set<number>();
  let isSaved = true;
  let saving: Promise<void> | undefined;

  async function change(gone: readonly Recording[]): Promise<Tape | undefined> {
    const tape = await load();
    const recordings = new Map(tape?.recordings.map((recording) => [idOf(recording), recording]));
    for (const recording of gone) recordings.delete(idOf(recording));
    for (const [id, recording] of own) recordings.set(id, recording);
    const changed = { ...about, recordedAt: new Date().toISOString(), recordings: [...recordings.values()] };
    const isSame = tape && writeTape({ ...changed, recordedAt: tape.recordedAt }) === writeTape(tape);
    return isSame ? undefined : changed;
  }

  /** What cannot be written now is tried again at the end. */
  async function saveAll(): Promise<void> {
    while (!isSaved) {
      isSaved = true;
      await changeTape(file, () => change([])).catch(() => undefined);
    }
    saving = undefined;
  }

  function find(key: string, nth: number): Recording | undefined {
    const id = idOf({ key, nth });
    return own.get(id) ?? (mode === 'record' ? undefined : byId.get(id));
  }

  function take(id: string, repeat: number): Claim {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.set(id, promise);
    const giveBack = () => {
      underWay.delete(id);
      resolve();
    };
    return {
      keep(recording) {
        own.set(id, recording);
        isSaved = false;
        saving ??= saveAll();
        giveBack();
      },
      fail() {
        broken.add(repeat);
        giveBack();
      },
    };
  }

  return {
    found,
    find,
    async claim({ key, nth, repeat }) {
      const id = idOf({ key, nth });
      for (;;) {
        const recording = find(key, nth);
        if (recording) return recording;
        const other = underWay.get(id);
        if (!other) return take(id, repeat);
        await other;
      }
    },
    async close(areWhole) {
      await saving;
      const isAnew = (repeat: number) =>
        mode === 'record' && !broken.has(repeat) && areWhole({ ...about, repeat });
      const gone = found.filter((recording) => isAnew(recording.repeat) && !own.has(idOf(recording)));
      if (own.size > 0 || gone.length > 0) await changeTape(file, () => change(gone));
    },
  };
}

function idOf({ key, nth }: Pick<Recording, 'key' | 'nth'>): string {
  return `${key} ${nth}`;
}

function ifBroken(error: unknown): undefined {
  if (!(error instanceof TapeError)) throw error;
}

function reject(error: unknown): never {
  throw error;
}
