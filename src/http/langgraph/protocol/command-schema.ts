import { z } from 'zod';
import type { JsonObject } from '../../../message.ts';
import { checkInput } from '../../check-input.ts';
import { jsonObjectSchema } from '../../json-schema.ts';

/** A command, before its method has looked at its params. */
export const commandSchema = z.object({
  id: z.int('expected a whole number').min(0),
  method: z.string(),
  params: jsonObjectSchema.nullish(),
});

/** Graphs are flat here: everything happens in the root namespace, which clients may leave out. */
export const namespaceSchema = z.array(z.string()).nullish();

/** How a run is carried out. `configurable` also says where it goes on: `checkpoint_id`, and with which `graph_version`. */
export const configSchema = z
  .object({
    tags: z.array(z.string()).nullish(),
    recursion_limit: z.int().min(1).max(10_000).nullish(),
    configurable: jsonObjectSchema.nullish(),
  })
  .nullish();

const placeSchema = z.object({
  checkpoint_id: z.string().min(1).nullish(),
  graph_version: z.enum(['pinned', 'newest']).nullish(),
});

export interface AskedPlace {
  checkpointId?: string;
  version: 'pinned' | 'newest';
  /** What is left for tools. */
  configurable: JsonObject;
}

/** Takes apart what a config says about where a run goes on and what it leaves to tools. */
export function readConfigurable(config: z.output<typeof configSchema>): AskedPlace {
  const asked = config?.configurable ?? {};
  const place = z.object({ config: z.object({ configurable: placeSchema }) });
  const { checkpoint_id, graph_version } = checkInput(place, { config: { configurable: asked } }).config
    .configurable;
  const {
    checkpoint_id: _,
    checkpoint_ns: _ns,
    thread_id: _thread,
    graph_version: _version,
    ...rest
  } = asked;
  return {
    ...(checkpoint_id && { checkpointId: checkpoint_id }),
    version: graph_version ?? 'pinned',
    configurable: rest,
  };
}
