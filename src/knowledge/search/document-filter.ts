import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { JsonObject } from '../../message.ts';
import { checkText } from '../../store/check-name.ts';
import { all } from '../../store/item-conditions.ts';
import { metadataCondition } from './metadata-condition.ts';

/** Which documents may be found. All that is given must hold. */
export interface SearchFilter {
  /** Any of these; an empty list asks for nothing. */
  tags?: string[] | undefined;
  /** Of the version that is searched: ISO 639-1. */
  language?: string | undefined;
  /** By their ids; with an empty list nothing is found. */
  documents?: string[] | undefined;
  /** See `metadataCondition`. */
  metadata?: JsonObject | undefined;
}

/**
 * A filter as a condition on a row of `baton.document` (in the query by that name); undefined where nothing is asked.
 * Throws a `CallerError` for one that cannot be read.
 */
export function documentFilter(filter: SearchFilter | undefined): RawBuilder<SqlBool> | undefined {
  const { tags = [], language, documents, metadata = {} } = filter ?? {};
  const conditions = [
    ...(tags.length > 0 ? [hasAnyOf(tags)] : []),
    ...(language === undefined ? [] : [isIn(language)]),
    ...(documents === undefined ? [] : [isAnyOf(documents)]),
    ...(Object.keys(metadata).length > 0 ? [metadataCondition(metadata)] : []),
  ];
  return conditions.length > 0 ? all(conditions) : undefined;
}

function hasAnyOf(tags: string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`document.tags && ${tags.map((tag) => checkText(tag, 'filter.tags'))}::text[]`;
}

function isIn(language: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(document.document_id, document.serving) in (
    select document_id, version from baton.document_version where language = ${checkText(language, 'filter.language')})`;
}

/** What is no id is no document's. */
function isAnyOf(documents: string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`document.document_id = any(${documents.filter((id) => uuid.test(id))}::uuid[])`;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
