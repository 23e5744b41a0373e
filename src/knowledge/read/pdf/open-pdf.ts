import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getDocument, type PDFDocumentProxy, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { DocumentError } from '../document-error.ts';

const library = path.dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')));

/**
 * Opens a PDF for its text: no script runs, nothing is fetched, no font is loaded and no picture is decoded. Throws `encrypted` when it
 * takes a password that was not given, and `corrupt`.
 */
export async function openPdf(bytes: Uint8Array, password?: string): Promise<PDFDocumentProxy> {
  const loading = getDocument({
    data: new Uint8Array(bytes),
    ...(password === undefined ? {} : { password }),
    cMapUrl: `${library}/cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${library}/standard_fonts/`,
    verbosity: VerbosityLevel.ERRORS,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    enableXfa: false,
    isImageDecoderSupported: false,
    isOffscreenCanvasSupported: false,
    stopAtErrors: false,
  });
  try {
    return await loading.promise;
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentError('encrypted', 'It is protected by a password.', error);
    }
    throw new DocumentError('corrupt', 'The PDF is damaged beyond repair.', error);
  }
}
