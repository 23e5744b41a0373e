import { deflateSync } from 'node:zlib';

/** A line of text at a place, in letters of a size. */
export interface PdfLine {
  text: string;
  x?: number;
  y: number;
  size?: number;
}

/** A PDF with a page for each list of lines. */
export function makePdf(pages: PdfLine[][], info: Record<string, string> = {}): Buffer {
  const contents = pages.map((lines) =>
    lines
      .map(
        ({ text, x = 72, y, size = 12 }) =>
          `BT /F1 ${size} Tf ${x} ${y} Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`,
      )
      .join('\n'),
  );
  return pdfOf(
    contents.map((content) => Buffer.from(content, 'latin1')),
    info,
  );
}

/** A PDF whose page is a stream that inflates to `bytes` of blanks, and is deflated twice. */
export function makePdfBomb(bytes: number): Buffer {
  const packed = deflateSync(deflateSync(Buffer.alloc(bytes, 0x20), { level: 9 }), { level: 9 });
  return pdfOf([packed], {}, '/Filter [/FlateDecode /FlateDecode]');
}

function pdfOf(contents: Buffer[], info: Record<string, string>, filter = ''): Buffer {
  const pageIds = contents.map((_, at) => 5 + at * 2);
  const objects: Buffer[] = [
    Buffer.from('<</Type/Catalog/Pages 2 0 R>>'),
    Buffer.from(
      `<</Type/Pages/Kids[${pageIds.map((id) => `${id} 0 R`).join(' ')}]/Count ${contents.length}>>`,
    ),
    Buffer.from('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'),
    Buffer.from(
      `<<${Object.entries(info)
        .map(([name, value]) => `/${name}(${value})`)
        .join('')}>>`,
    ),
    ...contents.flatMap((content, at) => [
      Buffer.from(
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents ${6 + at * 2} 0 R>>`,
      ),
      Buffer.concat([
        Buffer.from(`<</Length ${content.length}${filter}>>\nstream\n`),
        content,
        Buffer.from('\nendstream'),
      ]),
    ]),
  ];
  const parts = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  for (const [at, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    offsets.push(length);
    parts.push(part);
    length += part.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const tail = `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${rows}trailer<</Size ${offsets.length + 1}/Root 1 0 R/Info 4 0 R>>\nstartxref\n${length}\n%%EOF`;
  return Buffer.concat([...parts, Buffer.from(tail)]);
}
