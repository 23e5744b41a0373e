/**
 * The events go on elsewhere, since this process stops or has no database: whoever watches comes again with the last event it
 * has. Its connection is cut, since a stream that ends well is taken for a run that has ended.
 */
export class StreamMovedError extends Error {
  override name = 'StreamMovedError';

  constructor(options: { cause?: unknown } = {}) {
    super('The events go on elsewhere: come again with the last one that you have.', options);
  }
}
