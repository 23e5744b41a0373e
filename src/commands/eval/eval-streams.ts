/** Where a command about evals writes: its result, and how far it is. */
export interface EvalStreams {
  output: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  progress: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
}
