import type { z } from 'zod';
import type { Database } from '../db/open-database.ts';
import type { Json } from '../message.ts';
import type { Embedder } from '../model/embedder.ts';
import type { SqlPolicy } from '../sql/sql-policy.ts';

/** What a tool may use. It is the only way for a tool to reach anything outside its arguments. */
export interface ToolContext {
  database: Database;
  embedder: Embedder;
  threadId: string;
  runId: string;
  callId: string;
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
  run(args: z.infer<Parameters>, context: ToolContext): Promise<string | ToolResult>;
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
