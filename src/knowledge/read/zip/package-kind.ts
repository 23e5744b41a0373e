import type { Parts } from './open-package.ts';

/** Which kind of document the parts of a package make, by what it says of its main part; undefined when it is none that is read. */
export function packageKind(parts: Parts): 'docx' | 'pptx' | 'xlsx' | 'odt' | 'epub' | undefined {
  const mimetype = parts.get('mimetype')?.toString('latin1').trim() ?? '';
  if (mimetype === 'application/epub+zip' || parts.has('META-INF/container.xml')) return 'epub';
  if (mimetype.startsWith('application/vnd.oasis.opendocument.text')) return 'odt';
  const types = parts.get('[Content_Types].xml')?.toString('latin1') ?? '';
  return mainTypes.find(([type, part]) => type.test(types) || parts.has(part))?.[2];
}

const mainTypes = [
  [
    /(wordprocessingml|ms-word)\.(document|template)\.(macroEnabled(Template)?\.)?main\+xml/i,
    'word/document.xml',
    'docx',
  ],
  [
    /(presentationml|ms-powerpoint)\.(presentation|slideshow|template)\.(macroEnabled\.)?main\+xml/i,
    'ppt/presentation.xml',
    'pptx',
  ],
  [/(spreadsheetml|ms-excel)\.(sheet|template)\.(macroEnabled\.)?main\+xml/i, 'xl/workbook.xml', 'xlsx'],
] as const;
