import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { TurnError } from '../../turn-event.ts';
import type { Fault } from '../fault.ts';

const statuses: Record<TurnError['error'], ContentfulStatusCode> = {
  cancelled: 409,
  model: 502,
  budget: 402,
  timeout: 504,
  internal: 500,
};

const codes: Partial<Record<TurnError['error'], Fault['code']>> = {
  cancelled: 'conflict',
  budget: 'payment-required',
};

/** What to tell a client that waited for a turn which failed. */
export function faultOfTurn({ error, message }: TurnError): Fault {
  return {
    status: statuses[error],
    code: codes[error] ?? 'internal',
    message,
    issues: [],
  };
}
