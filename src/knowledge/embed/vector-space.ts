import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isEmbedded } from '../../db/is-embedded.ts';
import type { Schema } from '../../db/schema.ts';
import type { Metric } from '../../db/tables/knowledge-tables.ts';

/** The vectors of one model for one collection, as a search knows them. */
export interface VectorSpace {
  spaceNo: number;
  collectionNo: number;
  dimensions: number;
  /** The collection's. */
  metric: Metric;
  /** Whether it has an HNSW index of its own. */
  indexed: boolean;
}

/** More dimensions than these cannot be indexed; then every vector is compared. */
export const mostIndexedDimensions = 4_000;

/**
 * A chunk's vector as it is compared, and as its index has it: the planner uses an index only for the expression that it is made over.
 *
 * Half precision is half the memory, and on a server as fast as single. Embedded Postgres has no instructions for it: there an index over
 * single precision is made thirty times as fast, and is walked four times as fast; it takes 2,000 dimensions at most.
 */
export function comparedVector(db: Kysely<Schema>, { dimensions }: Dimensions): RawBuilder<string> {
  return sql`embedding::${vectorType(db, { dimensions })}`;
}

/** The type of what is compared, with its dimensions. */
export function vectorType(db: Kysely<Schema>, { dimensions }: Dimensions): RawBuilder<unknown> {
  return sql`${sql.raw(typeName(db, dimensions))}(${sql.lit(dimensions)})`;
}

/** pgvector's operator class for an index by which a space's metric is answered. */
export function operatorClass(
  db: Kysely<Schema>,
  { dimensions, metric }: Pick<VectorSpace, 'dimensions' | 'metric'>,
): RawBuilder<unknown> {
  return sql.raw(`${typeName(db, dimensions)}_${metrics[metric].operators}`);
}

/** How far two vectors are from each other: the less, the nearer. */
export function distanceBetween(
  metric: Metric,
  one: RawBuilder<unknown>,
  other: RawBuilder<unknown>,
): RawBuilder<number> {
  return sql`${one} ${sql.raw(metrics[metric].distance)} ${other}`;
}

/**
 * A distance as a score: the more, the nearer. By the cosine it is the cosine itself, from -1 to 1; by the inner product that product;
 * by L2 it is 1 / (1 + distance), from 0 to 1.
 */
export function scoreOf(metric: Metric, distance: RawBuilder<number>): RawBuilder<number> {
  return metrics[metric].score(distance);
}

type Dimensions = Pick<VectorSpace, 'dimensions'>;

const metrics: Record<
  Metric,
  { distance: string; operators: string; score(distance: RawBuilder<number>): RawBuilder<number> }
> = {
  cosine: { distance: '<=>', operators: 'cosine_ops', score: (distance) => sql`1 - ${distance}` },
  l2: { distance: '<->', operators: 'l2_ops', score: (distance) => sql`1 / (1 + ${distance})` },
  inner_product: { distance: '<#>', operators: 'ip_ops', score: (distance) => sql`-${distance}` },
};

function typeName(db: Kysely<Schema>, dimensions: number): 'vector' | 'halfvec' {
  return isEmbedded(db) && dimensions <= 2_000 ? 'vector' : 'halfvec';
}
