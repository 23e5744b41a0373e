import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy, { type Busboy } from 'busboy';
import { CallerError } from '../../errors.ts';

/** One part of a form. The content of a file has to be read to its end before the next part comes. */
export type Part = { field: string; value: string } | FilePart;

export interface FilePart {
  name: string | undefined;
  contentType: string;
  content: AsyncIterable<Uint8Array>;
}

const limits = {
  fieldNameSize: 100,
  fieldSize: 64 * 1024,
  fields: 20,
  files: 100,
  parts: 200,
  headerPairs: 20,
};

/**
 * The parts of a `multipart/form-data` body (RFC 7578) as they come, read no faster than they are taken. Throws a `CallerError`
 * for what is no such body, ends too early or has too much in it.
 */
export async function* readParts(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<Part, void> {
  const parser = openParser({ 'content-type': contentType });
  const stop = new AbortController();
  const parts = new Readable({ objectMode: true, read: () => undefined });
  const fail = (error: Error) => parts.destroy(error);
  parser
    .on('field', (field, value, { valueTruncated }) => {
      if (valueTruncated) fail(tooMuch(`the field ${field} is longer than ${limits.fieldSize} bytes`));
      else parts.push({ field, value } satisfies Part);
    })
    .on('file', (_, stream, { filename, mimeType }) => {
      stream.on('error', () => undefined); // whoever reads it hears of it
      parts.push({ name: filename, contentType: mimeType, content: contentOf(stream) } satisfies Part);
    })
    .on('filesLimit', () => fail(tooMuch(`more than ${limits.files} files`)))
    .on('fieldsLimit', () => fail(tooMuch(`more than ${limits.fields} fields`)))
    .on('partsLimit', () => fail(tooMuch(`${limits.parts} parts`)));
  void pipeline(body, parser, { signal: stop.signal }).then(
    () => parts.push(null),
    (error: unknown) => fail(callersError(error)),
  );
  try {
    for await (const part of parts) yield part as Part; // nothing else is pushed
  } finally {
    stop.abort();
  }
}

function openParser(headers: IncomingHttpHeaders): Busboy {
  try {
    return busboy({ headers, limits, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new CallerError('invalid-request', 'The Content-Type names no boundary.', { cause });
  }
}

function tooMuch(what: string): CallerError {
  return new CallerError('invalid-request', `The form has too much in it: ${what}.`);
}

async function* contentOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (error) {
    throw callersError(error);
  }
}

function callersError(cause: unknown): CallerError {
  if (cause instanceof CallerError) return cause;
  return new CallerError('invalid-request', 'The body is no form that can be read, or ends too early.', {
    cause,
  });
}
