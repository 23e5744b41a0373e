import type { Logger } from '../log.ts';
import type { Caller } from '../tenancy.ts';
import type { OpenStreams } from './open-streams.ts';

/** What a request carries from the middleware to its handler. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** See `addressOf`. */
    address?: string;
    /** Who asks, and by what they are known. */
    caller?: Caller;
    credential?: 'local' | 'bearer' | 'session';
    /** Whether who asked could still ask this, of a connection that stays open. */
    mayGoOn?: () => Promise<boolean>;
    /** What a client that is not known is asked for: `WWW-Authenticate`. */
    challenge?: string;
    /** Writes the request's id with every line. */
    log: Logger;
    /** Where an answer over time counts itself in. */
    streams: OpenStreams;
    /** What the request turned out to be about, for its line in the log. */
    threadId?: string;
    runId?: string;
  };
}
