import type { IncomingHttpHeaders } from 'node:http';
import type { PostedRequest } from '../../outbound/open-post.ts';
import type { Attempting } from '../chat-client.ts';
import type { Gathering } from '../gather-reply.ts';
import { openDeltaReader } from './read-deltas.ts';
import { openEventReader } from './read-events.ts';
import { UnlikeAnswerError } from './unlike-answer-error.ts';
import { WireError } from './wire-error.ts';

export interface AnswerReader extends Pick<PostedRequest, 'onHead' | 'onPiece'> {
  /** Whether anything of an answer came. */
  isBegun(): boolean;
  /** The answer has ended. Throws a `WireError` where it was a refusal. */
  end(): void;
}

const redirects = new Set([301, 302, 303, 307, 308]);
/** How much of a refusal is read. */
const mostOfRefusal = 65_536;

/** Reads an answer into a gathering. Throws an `UnlikeAnswerError` for one that redirects, or is packed. */
export function readAnswer(gathering: Gathering, { alive }: Pick<Attempting, 'alive'>): AnswerReader {
  const deltas = openDeltaReader(gathering, alive);
  const events = openEventReader(deltas.onEvent);
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  let done = false;
  let refusal = '';
  const isRefused = () => status < 200 || status > 299;
  return {
    isBegun: () => status > 0,
    onHead(told, by) {
      status = told;
      headers = by;
      if (redirects.has(told)) throw new UnlikeAnswerError('It redirects.', false);
      const { 'content-encoding': encoding = 'identity' } = by;
      if (encoding !== 'identity' && encoding !== '' && !isRefused())
        throw new UnlikeAnswerError('It is packed.', true);
    },
    onPiece(bytes) {
      if (!isRefused()) {
        done = events.take(bytes);
        return done;
      }
      refusal += bytes.toString();
      return refusal.length > mostOfRefusal;
    },
    end() {
      if (isRefused()) throw toError(status, headers, refusal);
      if (status === 204) throw new Error('The answer has no body.');
      if (!done) events.end();
      deltas.end();
    },
  };
}

function toError(status: number, headers: IncomingHttpHeaders, text: string): WireError {
  try {
    const { error } = Object(JSON.parse(text));
    return new WireError({ status, headers, error });
  } catch {
    return new WireError({ status, headers, text });
  }
}
