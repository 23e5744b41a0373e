import type { IncomingHttpHeaders } from 'node:http';

export interface Refusal {
  /** Absent where it came in the midst of a stream. */
  status?: number;
  headers?: IncomingHttpHeaders;
  /** What the provider says of it, as its protocol has it. */
  error?: unknown;
  /** What it says in another form. */
  text?: string;
}

/** What a provider answers in the place of a reply. Its message may hold keys and prompts: it is for the log alone. */
export class WireError extends Error {
  override name = 'WireError';
  readonly status: number | undefined;
  readonly code: unknown;
  readonly headers: Headers | undefined;
  readonly requestID: string | undefined;

  constructor({ status, headers, error, text }: Refusal) {
    const { message, code } = Object(error) as Record<string, unknown>; // providers say what they like
    const said = typeof message === 'string' ? message : error ? JSON.stringify(error) : text;
    super([status, said].filter((part) => part !== undefined && part !== '').join(' '));
    this.status = status;
    this.code = code;
    this.headers = headers && toHeaders(headers);
    this.requestID = this.headers?.get('x-request-id') ?? undefined;
  }
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]); // a pair
  return new Headers(entries);
}
