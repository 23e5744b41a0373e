import { setImmediate } from 'node:timers/promises';
import type { RunnableConfig } from '@langchain/core/runnables';
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  getCheckpointId,
  type PendingWrite,
  WRITES_IDX_MAP,
} from '@langchain/langgraph-checkpoint';
import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { ArrayMemory } from './array-memory.ts';
import type { CheckpointJournal } from './checkpoint-journal.ts';
import { deleteThread } from './delete-thread.ts';
import type { CheckpointQuery } from './find-checkpoints.ts';
import { forgetTuple, type KnownTuple, noteTuple, recallTuple } from './known-tuple.ts';
import { makeTuple } from './make-tuple.ts';
import { makeVersioning } from './next-version.ts';
import { OpenPacks } from './open-packs.ts';
import { OpenRows } from './open-rows.ts';
import type { Author, NewCheckpoint } from './put-checkpoint.ts';
import { type NewWrite, putWrites } from './put-writes.ts';
import { type CheckpointRow, readCheckpoints } from './read-checkpoints.ts';
import { makeDeltaHistory, readDeltaHistory } from './read-delta-history.ts';
import { readRootVersions } from './read-root-versions.ts';
import { planCheckpoint, rememberArrays, type Store, saveCheckpoint } from './save-checkpoint.ts';
import { dumpValue, serializer } from './serializer.ts';
import { type ChannelValue, shortValue, splitValues } from './split-values.ts';
import { TextMemory } from './text-memory.ts';

export interface KyselySaverOptions {
  /**
   * Channels whose arrays only grow, such as `messages`: a step stores what it adds to them. Their items are
   * objects that never change; an array that was edited is correct too, and stored in full.
   */
  appendOnly?: string[];
  /** Checkpoints that `list` reads with one statement. */
  pageSize?: number;
}

/**
 * Saves the state of LangGraph threads in `baton.checkpoint*`. One statement saves a checkpoint, one saves a
 * task's writes, one reads a state. Many savers, in one process or several, can work on one database.
 */
export class KyselySaver extends BaseCheckpointSaver {
  readonly #store: Store;
  readonly #pageSize: number;
  readonly #nextVersion = makeVersioning();
  /** The writes that are on their way, by checkpoint. */
  readonly #writing = new Map<string, Promise<void>>();
  /** What the runs under way are filling. */
  readonly #open = new WeakMap<CheckpointJournal, { packs: OpenPacks; rows: OpenRows }>();

  constructor(db: Kysely<Schema>, { appendOnly = [], pageSize = 20 }: KyselySaverOptions = {}) {
    super(serializer);
    this.#store = {
      db,
      appendOnly: new Set(appendOnly),
      memory: new ArrayMemory(),
      texts: new TextMemory(shortValue),
    };
    this.#pageSize = pageSize;
  }

  /** A string, though typed a number: LangGraph takes both, but its types let a graph have only savers of numbers. */
  override getNextVersion(current: number | undefined): number {
    return this.#nextVersion(current) as unknown as number; // see above
  }

  /** The checkpoint that the config names, or the thread's last one. */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread_id: threadId, checkpoint_ns: namespace = '' } = config.configurable ?? {};
    if (threadId === undefined) return undefined;
    const checkpointId = getCheckpointId(config) || undefined;
    const { known } = carriedBy(config);
    const recalled = recallTuple(known, namespace, checkpointId);
    if (recalled !== undefined) return recalled ?? undefined;
    const query = { threadId: String(threadId), namespace, checkpointId, limit: 1 };
    const [row] = await readCheckpoints(this.#store.db, query);
    const tuple = row && this.#read(row);
    noteTuple(known, namespace, checkpointId, tuple);
    return tuple;
  }

  /** The last saved first; reads a page at a time, with as many statements as there are pages. */
  override async *list(
    config: RunnableConfig,
    { limit = Number.POSITIVE_INFINITY, before, filter }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const { thread_id, checkpoint_ns, checkpoint_id } = config.configurable ?? {};
    const query: Omit<CheckpointQuery, 'limit'> = {
      threadId: thread_id === undefined ? undefined : String(thread_id),
      namespace: checkpoint_ns,
      checkpointId: checkpoint_id || undefined,
      before: (before && getCheckpointId(before)) || undefined,
      metadata: filter && dumpValue(filter),
    };
    let wanted = limit;
    while (wanted > 0) {
      const page = await readCheckpoints(this.#store.db, {
        ...query,
        limit: Math.min(wanted, this.#pageSize),
      });
      for (const row of page) yield this.#read(row);
      wanted = page.length < this.#pageSize ? 0 : wanted - page.length;
      query.beforeSeq = page.at(-1)?.seq;
    }
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { id, channel_values: _, ...rest } = checkpoint;
    const place = placeOf(config);
    forgetTuple(carriedBy(config).known);
    const parentId = getCheckpointId(config) || null;
    const { owner, run_id: runId, onSaved, journal } = carriedBy(config);
    const own = parentId === null ? await this.#withoutParent(place, checkpoint, newVersions) : checkpoint;
    const { short, others: values } = splitValues(own, newVersions, this.#store);
    const row = {
      ...place,
      checkpoint_id: id,
      parent_id: parentId,
      checkpoint: `${dumpValue(rest).slice(0, -1)},"channel_values":${short}}`,
      metadata: dumpValue({ ...metadata, ...(runId !== undefined && { run_id: runId }) }),
    };
    const key = writesKey(place, parentId);
    await this.#writing.get(key); // so that these writes can be taken off the parent
    const absorbs = metadata.counters_since_delta_snapshot === undefined; // a delta channel is read from them
    const author = { owner, ...(absorbs && { runId }) };
    const saveAlone = () => saveCheckpoint(this.#store, row, values, author);
    if (journal && absorbs) await this.#gather(journal, key, row, values, saveAlone);
    else {
      await journal?.writes.flush();
      await journal?.saved();
      await saveAlone();
    }
    const { step, source } = metadata;
    if (parentId !== id) onSaved?.({ checkpointId: id, parentId, step, source }); // else it was saved before
    return { configurable: { ...place, checkpoint_id: id } };
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const checkpointId = getCheckpointId(config);
    if (!checkpointId) throw new Error('The config of writes has no "checkpoint_id".');
    const place = { ...placeOf(config), checkpoint_id: checkpointId, task_id: taskId };
    const { owner, run_id: runId, journal } = carriedBy(config);
    const author: Author = { owner, runId };
    const key = writesKey(place, checkpointId);
    const write = () => putWrites(this.#store.db, place, writes.map(toRow), author);
    if (journal && writes.every(([channel]) => !(channel in WRITES_IDX_MAP)))
      return journal.writes.hold(key, write);
    journal?.writes.wrote(key);
    const written = journal ? journal.saved().then(write) : write();
    const all = Promise.allSettled([this.#writing.get(key), written]).then(() => {
      if (this.#writing.get(key) === all) this.#writing.delete(key);
    });
    this.#writing.set(key, all);
    await written;
  }

  override async deleteThread(threadId: string): Promise<void> {
    await deleteThread(this.#store.db, threadId);
  }

  /** What LangGraph's delta channels are rebuilt from, with one statement; see `readDeltaHistory`. */
  override async getDeltaChannelHistory(asked: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    const place = { ...placeOf(asked.config), checkpoint_id: getCheckpointId(asked.config) };
    const rows = await readDeltaHistory(this.#store.db, place, asked.channels);
    const histories = asked.channels.map((channel) => {
      const own = rows.filter((row) => row.channel === channel);
      return [channel, makeDeltaHistory(own)];
    });
    return Object.fromEntries(histories);
  }

  /** Leaves a checkpoint to the run's journal; one that has to take something off its parent comes after all before it, by itself. */
  async #gather(
    journal: CheckpointJournal,
    parent: string,
    row: NewCheckpoint,
    values: ChannelValue[],
    saveAlone: () => Promise<void>,
  ): Promise<void> {
    if (journal.writes.absorb(parent)) {
      await journal.saved();
      return saveAlone();
    }
    const { packs, rows } = this.#open.get(journal) ?? { packs: new OpenPacks(), rows: new OpenRows() };
    this.#open.set(journal, { packs, rows });
    const planned = planCheckpoint(this.#store, row, values);
    journal.put({
      row,
      values: planned.map((value) => rows.place(row.checkpoint_ns, value)),
      pack: packs.choose(row),
      saveAlone() {
        rows.close();
        return saveAlone();
      },
    });
    await (journal.waits ? journal.saved() : setImmediate()); // what the step said before is in the journal by then
  }

  /** The checkpoint without values that are stored nowhere: what is not new has none in a thread's first state, unless that is a copy. */
  async #withoutParent(
    place: { thread_id: string; checkpoint_ns: string },
    checkpoint: Checkpoint,
    newVersions: ChannelVersions,
  ): Promise<Checkpoint> {
    const { channel_values, channel_versions } = checkpoint;
    const isOld = (channel: string) => channel in channel_versions && newVersions[channel] === undefined;
    if (!Object.keys(channel_values).some(isOld)) return checkpoint;
    const stored = await readRootVersions(this.#store.db, place);
    const kept = Object.entries(channel_values).filter(
      ([channel]) => !isOld(channel) || stored.get(channel)?.has(String(channel_versions[channel])),
    );
    return { ...checkpoint, channel_values: Object.fromEntries(kept) };
  }

  /** What was read is remembered, so that the next step stores only what it adds to it. */
  #read(row: CheckpointRow): CheckpointTuple {
    const tuple = makeTuple(row, () => this.#nextVersion(undefined));
    rememberArrays(this.#store, row, tuple.checkpoint.channel_values);
    return tuple;
  }
}

/** What a run puts into its config's `configurable` for the saver. */
export interface SaverConfig {
  /**
   * The run that saves: its checkpoints name it in their metadata, and what it wrote on a checkpoint can be taken back.
   */
  run_id?: string;
  /** Saves only while `baton.thread.owner` is this, and throws a `LostOwnerError` else. */
  owner?: string;
  /** Takes the run's states, to write them with its events. Absent: each is written by itself. */
  journal?: CheckpointJournal;
  /** Hears of each checkpoint once it is saved, or on its way in the journal. */
  onSaved?: (saved: SavedCheckpoint) => void;
  /** The thread's newest state before the run's first step, so that it is read once. */
  known?: KnownTuple;
}

export interface SavedCheckpoint {
  checkpointId: string;
  parentId: string | null;
  step: number;
  source: CheckpointMetadata['source'];
}

/** Errors, interrupts and the like have a place of their own, of which a task has one. */
function toRow([channel, value]: PendingWrite, index: number): NewWrite {
  return { idx: WRITES_IDX_MAP[channel] ?? index, channel, data: dumpValue(value) };
}

function carriedBy(config: RunnableConfig): SaverConfig {
  return config.configurable ?? {};
}

function writesKey(place: { thread_id: string; checkpoint_ns: string }, checkpointId: string | null): string {
  return JSON.stringify([place.thread_id, place.checkpoint_ns, checkpointId]);
}

function placeOf(config: RunnableConfig): { thread_id: string; checkpoint_ns: string } {
  const { thread_id, checkpoint_ns = '' } = config.configurable ?? {};
  if (thread_id === undefined) throw new Error('The config has no "thread_id".');
  return { thread_id: String(thread_id), checkpoint_ns };
}
