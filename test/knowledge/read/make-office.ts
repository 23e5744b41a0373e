import { makeZip } from './make-zip.ts';

const ooxml = 'http://schemas.openxmlformats.org';
const xmlns = `xmlns:a="${ooxml}/drawingml/2006/main" xmlns:r="${ooxml}/officeDocument/2006/relationships" xmlns:p="${ooxml}/presentationml/2006/main" xmlns:w="${ooxml}/wordprocessingml/2006/main"`;

function typesOf(main: string, type: string): string {
  return `<Types xmlns="${ooxml}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/${main}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
}

function relationsTo(targets: Record<string, [type: string, target: string]>): string {
  const all = Object.entries(targets).map(
    ([id, [type, target]]) =>
      `<Relationship Id="${id}" Type="${ooxml}/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${ooxml}/package/2006/relationships">${all.join('')}</Relationships>`;
}

const core = `<cp:coreProperties xmlns:cp="${ooxml}/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Said by the file</dc:title><dc:language>en-GB</dc:language><dc:creator>A. Writer</dc:creator></cp:coreProperties>`;

/** Parts of a DOCX whose body is the XML given. */
export function docxParts(body: string): Record<string, string> {
  return {
    '[Content_Types].xml': typesOf('word/document.xml', 'wordprocessingml.document'),
    '_rels/.rels': relationsTo({ rId1: ['officeDocument', 'word/document.xml'] }),
    'docProps/core.xml': core,
    'word/document.xml': `<w:document ${xmlns}><w:body>${body}</w:body></w:document>`,
    'word/styles.xml': `<w:styles ${xmlns}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/></w:style></w:styles>`,
    'word/_rels/document.xml.rels': relationsTo({ rId9: ['styles', 'styles.xml'] }),
  };
}

export function docxParagraph(text: string, style?: string): string {
  const properties = style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : '';
  return `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;
}

export function docxTable(rows: string[][]): string {
  const cells = (row: string[]) => row.map((cell) => `<w:tc>${docxParagraph(cell)}</w:tc>`).join('');
  return `<w:tbl>${rows.map((row, at) => `<w:tr>${at === 0 ? '<w:trPr><w:tblHeader/></w:trPr>' : ''}${cells(row)}</w:tr>`).join('')}</w:tbl>`;
}

export function makeDocx(body: string): Buffer {
  return makeZip(docxParts(body));
}

export interface SlideText {
  title: string;
  points: string[];
  notes?: string;
  hidden?: boolean;
}

export function makePptx(slides: SlideText[]): Buffer {
  const paragraphs = (lines: string[]) =>
    lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('');
  const shape = (kind: string, lines: string[]) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:txBody>${paragraphs(lines)}</p:txBody></p:sp>`;
  const parts: Record<string, string> = {
    '[Content_Types].xml': typesOf('ppt/presentation.xml', 'presentationml.presentation'),
    'docProps/core.xml': core,
    // the first slide is the last of the files
    'ppt/presentation.xml': `<p:presentation ${xmlns}><p:sldIdLst>${slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="rId${at}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationsTo(
      Object.fromEntries(
        slides.map((_, at) => [`rId${at}`, ['slide', `slides/slide${slides.length - at}.xml`]]),
      ),
    ),
  };
  for (const [at, slide] of slides.entries()) {
    const number = slides.length - at;
    parts[`ppt/slides/slide${number}.xml`] =
      `<p:sld ${xmlns}${slide.hidden ? ' show="0"' : ''}><p:cSld><p:spTree>${shape('body', slide.points)}${shape('title', [slide.title])}${shape('sldNum', [`No. ${at}`])}</p:spTree></p:cSld></p:sld>`;
    if (!slide.notes) continue;
    parts[`ppt/slides/_rels/slide${number}.xml.rels`] = relationsTo({
      rId1: ['notesSlide', `/ppt/notesSlides/notes${number}.xml`],
    });
    parts[`ppt/notesSlides/notes${number}.xml`] =
      `<p:notes ${xmlns}><p:cSld><p:spTree>${shape('body', [slide.notes])}${shape('sldNum', ['7'])}</p:spTree></p:cSld></p:notes>`;
  }
  return makeZip(parts);
}

export function makeEpub(chapters: string[], more: Record<string, string> = {}): Buffer {
  const items = chapters.map(
    (_, at) => `<item id="c${at}" href="text/c%20${at}.xhtml" media-type="application/xhtml+xml"/>`,
  );
  const refs = chapters.map((_, at) => `<itemref idref="c${at}"/>`);
  return makeZip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    'OPS/book.opf': `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Book</dc:title><dc:language>fr</dc:language></metadata><manifest>${items.reverse().join('')}</manifest><spine>${refs.join('')}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((chapter, at) => [
        `OPS/text/c ${at}.xhtml`,
        `<!DOCTYPE html><html><body>${chapter}</body></html>`,
      ]),
    ),
    ...more,
  });
}

export function makeOdt(body: string, more: Record<string, string> = {}): Buffer {
  return makeZip({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `<office:document-content><office:body><office:text>${body}</office:text></office:body></office:document-content>`,
    'meta.xml':
      '<office:document-meta><office:meta><dc:title>An Open Text</dc:title></office:meta></office:document-meta>',
    ...more,
  });
}
