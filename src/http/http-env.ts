import type { Logger } from '../log.ts';

/** What a request carries from the middleware to its handler. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** Writes the request's id with every line. */
    log: Logger;
    /** What the request turned out to be about, for its line in the log. */
    threadId?: string;
    runId?: string;
  };
}
