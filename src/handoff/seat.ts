import type { Logger } from 'pino';
import type { Database } from '../db/open-database.ts';
import type { ChatModel } from '../model/chat-model.ts';
import type { Embedder } from '../model/embedder.ts';
import type { Agent } from './agent-file.ts';
import type { Guard } from './define-guard.ts';
import type { Tool } from './define-tool.ts';
import type { Edge, Graph } from './graph-file.ts';

/** What the nodes of a graph work with: opened once, the same for every turn. */
export interface Machine {
  chat: ChatModel;
  embedder: Embedder;
  database: Database;
  log: Logger;
  /** Names the models behind the roles: an answer that is kept holds for these alone. */
  modelNames?: string;
}

/** An agent at its place in a graph: what it may use, and whom it may hand over to. */
export interface Seat {
  agent: Agent;
  tools: Tool[];
  /** The edges that leave here. */
  edges: Edge[];
}

/** A graph with everything that its names mean. */
export interface SeatedGraph {
  graph: Graph;
  seats: Map<string, Seat>;
  /** What looks at every text on its way, in order. */
  guards: Guard[];
}

/** The seat of an agent that the graph is known to have. */
export function seatOf({ graph, seats }: SeatedGraph, agent: string): Seat {
  const seat = seats.get(agent);
  if (!seat) throw new Error(`The graph ${graph.name} has no agent ${agent}.`);
  return seat;
}
