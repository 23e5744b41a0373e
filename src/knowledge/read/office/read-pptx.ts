import { DocumentError } from '../document-error.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import { coreProperties } from '../zip/core-properties.ts';
import type { Parts } from '../zip/open-package.ts';
import { checkXml, type Xml, xmlPart } from '../zip/xml-part.ts';
import { listSlide } from './list-slide.ts';
import { relationsOf } from './relations.ts';

const main = 'ppt/presentation.xml';

/** Reads slides in the order in which they are shown, each with its notes; hidden slides are left out. */
export function readPptx(parts: Parts, { list, limits, progress }: Reading): ReadFacts {
  const { depth } = limits;
  checkXml(parts, { strict: true, depth });
  const slides = slidesOf(parts, depth);
  if (slides.length > limits.pages)
    throw new DocumentError('too-many-pages', `It has more than ${limits.pages} slides.`);
  let hidden = 0;
  for (const [at, name] of slides.entries()) {
    const slide = xmlPart(parts, name, depth);
    progress(at + 1, slides.length);
    if (!slide) continue;
    if (slide('p\\:sld').attr('show') === '0') {
      hidden += 1;
      continue;
    }
    list.slide(at + 1);
    listSlide(slide, list);
    for (const xml of related(parts, name, 'diagramData', depth)) listTexts(xml, list);
    for (const xml of related(parts, name, 'notesSlide', depth)) listSlide(xml, list, 'Notes');
  }
  const { metadata, ...facts } = coreProperties(parts, depth);
  return {
    ...facts,
    metadata: { ...metadata, ...(hidden ? { hiddenSlides: hidden } : {}) },
    pages: slides.length,
  };
}

function slidesOf(parts: Parts, depth: number): string[] {
  const presentation = xmlPart(parts, main, depth);
  const targets = new Map(relationsOf(parts, main, depth).map(({ id, target }) => [id, target]));
  const ids = presentation?.('p\\:sldId').toArray() ?? [];
  return ids.flatMap(({ attribs }) => targets.get(attribs['r:id'] ?? '') ?? []);
}

function related(parts: Parts, name: string, type: string, depth: number): Xml[] {
  return relationsOf(parts, name, depth)
    .filter((relation) => relation.type === type)
    .flatMap(({ target }) => xmlPart(parts, target, depth) ?? []);
}

/** The texts of a drawing that PowerPoint lays out by itself. */
function listTexts(xml: Xml, list: Reading['list']): void {
  for (const paragraph of xml('a\\:p').toArray()) list.paragraph(xml(paragraph).find('a\\:t').text());
}
