/** What can be wrong with a document. */
export type DocumentErrorCode =
  | 'empty'
  | 'no-text'
  | 'encrypted'
  | 'corrupt'
  | 'unsupported'
  | 'too-large'
  | 'too-many-pages'
  | 'bomb'
  | 'timeout';

/** A document that cannot be read. The message is meant for whoever brought it; the cause is for the log. */
export class DocumentError extends Error {
  override name = 'DocumentError';
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
