import type { Logger } from '../log.ts';
import type { OpenStreams } from './open-streams.ts';

/** What a request carries from the middleware to its handler. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** Writes the request's id with every line. */
    log: Logger;
    /** Where an answer over time counts itself in. */
    streams: OpenStreams;
    /** What the request turned out to be about, for its line in the log. */
    threadId?: string;
    runId?: string;
  };
}
