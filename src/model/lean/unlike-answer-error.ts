/** The server answers in a way that the lean client does not know, and another may. */
export class UnlikeAnswerError extends Error {
  override name = 'UnlikeAnswerError';
  /** Whether the provider has worked for the answer. */
  readonly costs: boolean;

  constructor(message: string, costs: boolean) {
    super(message);
    this.costs = costs;
  }
}
