import path from 'node:path';
import type { Parts } from '../zip/open-package.ts';
import { xmlPart } from '../zip/xml-part.ts';

export interface Relation {
  id: string;
  /** The last word of the type, such as `slide` or `notesSlide`; strict and transitional documents have it in common. */
  type: string;
  /** The name of the part. */
  target: string;
}

/** The parts of the package that a part refers to, in order; what lies outside of the package is left out (ECMA-376 part 2, 9.3). */
export function relationsOf(parts: Parts, name: string, depth: number): Relation[] {
  const folder = path.posix.dirname(name);
  const xml = xmlPart(parts, `${folder}/_rels/${path.posix.basename(name)}.rels`, depth);
  if (!xml) return [];
  return xml('Relationship')
    .toArray()
    .filter(({ attribs }) => attribs.TargetMode !== 'External')
    .map(({ attribs }) => ({
      id: attribs.Id ?? '',
      type: attribs.Type?.split('/').at(-1) ?? '',
      target: path.posix.resolve('/', folder, attribs.Target ?? '').slice(1),
    }));
}
