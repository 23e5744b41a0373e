import type { Transaction } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../db/open-database.ts';
import type { Schema } from '../db/schema.ts';
import type { Json, JsonObject } from '../message.ts';
import type { Embedder } from '../model/embedder.ts';
import type { SqlPolicy } from '../sql/sql-policy.ts';
import type { ToolStore } from './tool-store.ts';

/** What a tool may use. It is the only way for a tool to reach anything outside its arguments. */
export interface ToolContext {
  database: Database;
  embedder: Embedder;
  /** What is remembered beyond the thread, by namespace and key. */
  store: ToolStore;
  /** What the graph's agents may search, by the names of the collections. */
  collections: readonly string[];
  /** Who calls. */
  agent: string;
  threadId: string;
  runId: string;
  callId: string;
  /** The same whenever this call is carried out: what to give to others as an idempotency key. */
  callKey: string;
  /** What the caller said about the situation with `context`, and set with `config.configurable`. */
  context: JsonObject;
  configurable: JsonObject;
  /**
   * Changes the database: all that `work` does is saved together with the call's result, or nothing is. Inside, only `trx`
   * reaches the database. Resolves with the result, to be returned as it is.
   */
  commit(work: (trx: Transaction<Schema>) => Promise<string | ToolResult>): Promise<ToolResult>;
  /** Aborts when the turn is cancelled or out of time. */
  signal: AbortSignal;
  /** Tells whoever watches the turn how the work goes. */
  say(data: Json): void;
}

/** `content` is what the model reads; `artifact` is data for programs, kept beside it. */
export interface ToolResult {
  content: string;
  artifact?: Json;
}

/**
 * A function that a model may call.
 *
 * `run` gets checked arguments. It throws a `ToolError` when the model can do better (the model reads the
 * message); any other error is ours: it is logged, and the model learns only that the tool failed.
 */
export interface Tool<Parameters extends z.ZodObject = z.ZodObject> {
  name: string;
  description: string;
  /** Every field described: the model reads it as a JSON Schema. */
  parameters: Parameters;
  /**
   * What the tool changes, which decides what becomes of a call when the process dies while it runs and another goes on.
   * `nothing`: it only looks, and is run again. `database`: all it changes goes through `context.commit`, so that it is changed
   * once, and it is run again where it was not. `idempotent`: it passes `context.callKey` on, and others know a second time for what
   * it is. `world` (unless said): a call whose result nobody knows isn't run again, and the model is told so. Only
   * calls of tools that change something are recorded.
   */
  changes?: 'nothing' | 'database' | 'idempotent' | 'world';
  run(args: z.infer<Parameters>, context: ToolContext): Promise<string | ToolResult>;
  /** Its result follows from its arguments and the tenant's documents alone, so that an answer that rests on it may be kept. */
  steady?: true;
  /**
   * It looks in the graph's `collections`, and the artifact of its result has `passages`: those of `searchKnowledge` that it shows, with the
   * text that it shows of each. What is answered after it is held against them in a graph with `citations`.
   */
  findsPassages?: true;
  /** Of a tool that runs SQL: what it may read, so that a statement can be tried as the tool would run it. */
  sqlPolicy?: SqlPolicy;
  /** Makes ready what the tool works on, at start, before the first turn. Doing it again changes nothing. */
  prepare?(context: PrepareContext): Promise<void>;
}

export interface PrepareContext {
  database: Database;
  embedder: Embedder;
  /** Hears how far long work is: `what`, and how many of how many are done. */
  progress(what: string, done: number, total: number): void;
}

/** Declares a tool; a file of the shelf `tools/` exports one. */
export function defineTool<Parameters extends z.ZodObject>(tool: Tool<Parameters>): Tool<Parameters> {
  return tool;
}
