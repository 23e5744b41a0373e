import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { AppContext } from '../../app-context.ts';
import type { Assistant } from '../../db/assistants.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { assistantIdOf } from './assistant.ts';

/**
 * The assistant that a graph has of its own, as its files say it now. It is there without anybody making it, for as
 * long as the graph is; once somebody changes it, the database says what it is.
 */
export async function assistantOfGraph(
  { config }: Pick<AppContext, 'config'>,
  { name, graph, version }: LoadedGraph,
): Promise<Assistant> {
  const written = await writtenAt(path.join(config.projectDir, graph.source.file));
  return {
    assistant_id: assistantIdOf(name),
    graph: name,
    name,
    description: graph.description || null,
    config: {},
    context: {},
    metadata: { created_by: 'system', graph_version: version },
    version: 1,
    created_at: written,
    updated_at: written,
  };
}

/** What is true of a graph's own assistant whatever becomes of the graph's files: this much of it can be kept. */
export function lasting(own: Assistant): Assistant {
  return { ...own, metadata: { created_by: 'system' } };
}

/** When a graph's file was written: every replica with the same files says the same. */
async function writtenAt(file: string): Promise<Date> {
  const found = await stat(file).catch(() => undefined); // the shelf keeps a graph whose file is being replaced
  return found?.mtime ?? new Date();
}
