import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { type Kysely, type KyselyPlugin, sql } from 'kysely';
import {
  type CheckpointJournal,
  type GatheredCheckpoint,
  HeldWrites,
} from '../../src/checkpoint/checkpoint-journal.ts';
import type { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { areSound, givenStates, storeStates } from '../../src/checkpoint/store-states.ts';
import type { Schema } from '../../src/db/schema.ts';
import type { Message } from '../../src/message.ts';

/** The same database, and the number of statements that went through it since it was last asked. */
export function countStatements(db: Kysely<Schema>): { db: Kysely<Schema>; count: () => number } {
  let statements = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      statements++;
      return result;
    },
  };
  const count = () => {
    const counted = statements;
    statements = 0;
    return counted;
  };
  return { db: db.withPlugin(plugin), count };
}

export const ChatState = Annotation.Root({
  messages: Annotation<Message[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  agent: Annotation<string>,
});

export function human(id: string, content = `question ${id}`): Message {
  return { type: 'human', id, content };
}

export function ai(id: string, content = `answer ${id}`): Message {
  return { type: 'ai', id, content, name: 'answer', tool_calls: [] };
}

/** A graph of one agent, which answers the last message. */
export function makeChat(checkpointer: KyselySaver, { interruptBefore = [] as 'answer'[] } = {}) {
  return new StateGraph(ChatState)
    .addNode('answer', ({ messages }) => ({
      messages: [ai(`${messages.at(-1)?.id}-reply`)],
      agent: `agent-${messages.length}`,
    }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile({ checkpointer, interruptBefore });
}

export function on(thread_id: string, checkpoint_id?: string) {
  return { configurable: { thread_id, ...(checkpoint_id && { checkpoint_id }) } };
}

export function idsOf(state: { messages?: Message[] }): string[] {
  return (state.messages ?? []).map((message) => message.id);
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A journal as a run has one, whose states are written with one statement when somebody waits for them: see `finish`. */
export function openJournal(db: Kysely<Schema>, threadId: string, waits = false) {
  let gathered: GatheredCheckpoint[] = [];
  async function saved(): Promise<void> {
    const now = gathered;
    gathered = [];
    if (now.length === 0) return;
    const written = await writeStates(db, threadId, now).catch(() => false); // a branch begins its chain by itself
    if (!written) for (const one of now) await one.saveAlone();
  }
  const writes = new HeldWrites(false);
  const journal: CheckpointJournal = { put: (one) => void gathered.push(one), saved, waits, writes };
  return {
    journal,
    async finish() {
      await writes.flush();
      await saved();
    },
  };
}

/** Whether they were written: nothing is when something about them is not as it was planned. */
export async function writeStates(
  db: Kysely<Schema>,
  threadId: string,
  states: GatheredCheckpoint[],
): Promise<boolean> {
  const { rows } = await sql`
    with given as materialized (select 0 as at, ${threadId}::text as thread_id), ${givenStates([states])},
    good as materialized (select * from given where ${areSound()}), ${storeStates()}
    select from good`.execute(db);
  return rows.length > 0;
}

/** How many checkpoints of a thread have rows of their own, and how many lines each of its packs has. */
export async function layoutOf(
  db: Kysely<Schema>,
  threadId: string,
): Promise<{ rows: number; packs: number[] }> {
  const { rows } = await sql<{ rows: number; packs: number[] }>`
    select (select count(*) from baton.checkpoint where thread_id = ${threadId}) as rows,
      (select coalesce(json_agg(cardinality(string_to_array(states, E'\\n')) order by first_seq), '[]')
        from baton.checkpoint_pack where thread_id = ${threadId}) as packs`.execute(db);
  return rows[0] ?? { rows: 0, packs: [] };
}
