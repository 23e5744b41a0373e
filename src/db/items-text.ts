import { type RawBuilder, sql } from 'kysely';

/**
 * The items of the row `item` that lie between two positions, as JSON without brackets. What is not between versions of a row is not parted:
 * rows of one version may have some more at their beginning.
 */
export function itemsText({
  from,
  upto,
}: {
  from: RawBuilder<unknown>;
  upto: RawBuilder<unknown>;
}): RawBuilder<string> {
  return sql`
    case when item.steps is null then item.data else array_to_string(
      (string_to_array(item.data, E',\\n'))[greatest(${from} - item.chain_start, 0) + 1 : ${upto} - item.chain_start], ',') end`;
}
