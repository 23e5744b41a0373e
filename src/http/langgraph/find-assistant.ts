import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { type Assistant, getAssistant } from '../../db/assistants.ts';
import { CallerError } from '../../errors.ts';
import type { GraphShelf } from '../../handoff/graph-shelf.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import type { JsonObject } from '../../message.ts';
import { unknownName } from '../../yaml/file-problem.ts';
import { assistantIdOf } from './assistant.ts';
import { assistantOfGraph } from './assistant-of-graph.ts';
import { findGraph, graphNames, lookUpGraph } from './find-graph.ts';

type Context = Pick<AppContext, 'config' | 'db' | 'graphs'>;

/** An assistant, ready to run. */
export interface FoundAssistant {
  assistantId: string;
  graph: LoadedGraph;
  config: JsonObject;
  context: JsonObject;
  metadata: JsonObject;
  version: number;
}

/**
 * The assistant of an id, or of the name of a graph, with its graph. Throws a `CallerError`: `invalid-request` for
 * what is neither, `not-found` when there is no such assistant, or when its graph is gone.
 */
export async function findAssistant(context: Context, asked: string): Promise<FoundAssistant> {
  const { assistant_id, graph, config, ...found } = await readAssistant(context, asked);
  return {
    assistantId: assistant_id,
    graph: findGraph(context.graphs, graph),
    config,
    context: found.context,
    metadata: found.metadata,
    version: found.version,
  };
}

/** The same, whether its graph is there or not. */
export async function readAssistant(context: Context, asked: string): Promise<Assistant> {
  const assistantId = readAssistantId(context.graphs, asked);
  const found = (await getAssistant(context.db, assistantId)) ?? (await readOwn(context, assistantId));
  if (found) return found;
  throw noAssistant(context.graphs, asked);
}

/** What the files say about the graph's own assistant of this id, whether the database says something else or not. */
export async function readOwn(context: Context, assistantId: string): Promise<Assistant | undefined> {
  const loaded = lookUpGraph(context.graphs, assistantId);
  return loaded && assistantOfGraph(context, loaded);
}

/** The id that a caller means who gives an id or the name of a graph. Throws a `CallerError` for what is neither. */
export function readAssistantId(graphs: GraphShelf, asked: string): string {
  if (!graphs.get(asked) && z.guid().safeParse(asked).success) return asked.toLowerCase();
  if (canBeName.test(asked)) return assistantIdOf(asked);
  throw new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: 'assistant_id', message: 'expected the name of a graph or a UUID' }],
  });
}

export function noAssistant(graphs: GraphShelf, asked: string): CallerError {
  return new CallerError('not-found', unknownName('assistant', asked, graphNames(graphs)));
}

const canBeName = /^[a-zA-Z][\w-]{0,47}$/;
