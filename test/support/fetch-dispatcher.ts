import { AsyncLocalStorage } from 'node:async_hooks';
import { Dispatcher } from 'undici';

/**
 * Sends what goes to one origin by the platform's `fetch`, so that msw, whose `setupServer` does not see undici's own requests, stands
 * there too. All else goes where it went before.
 */
export class FetchDispatcher extends Dispatcher {
  readonly #origin: string;
  readonly #others: Dispatcher;

  constructor(origin: string, others: Dispatcher) {
    super();
    this.#origin = origin;
    this.#others = others;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (String(options.origin) !== this.#origin || fetching.getStore() || !('onRequestStart' in handler)) {
      return this.#others.dispatch(options, handler);
    }
    void fetching.run(true, () => fetchInto(options, handler));
    return true;
  }
}

/** The platform's `fetch` dispatches here too, with handlers of the older kind. */
const fetching = new AsyncLocalStorage<boolean>();

async function fetchInto(
  { origin, path, method, headers, body }: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): Promise<void> {
  const controller = new FetchController();
  try {
    handler.onRequestStart?.(controller, {});
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: headers as Record<string, string>, // ours gives no others
      body: String(body),
      redirect: 'manual',
      signal: controller.signal,
    });
    handler.onResponseStart?.(
      controller,
      answer.status,
      Object.fromEntries(answer.headers),
      answer.statusText,
    );
    for await (const piece of answer.body ?? []) handler.onResponseData?.(controller, Buffer.from(piece));
    handler.onResponseEnd?.(controller, {});
  } catch (error) {
    const told = error instanceof Error ? (error.cause ?? error) : error; // `fetch` wraps the network's errors
    handler.onResponseError?.(controller, told instanceof Error ? told : new Error(String(told)));
  }
}

class FetchController implements Dispatcher.DispatchController {
  readonly #abort = new AbortController();
  readonly paused = false;
  readonly rawHeaders = null;
  readonly rawTrailers = null;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  get aborted(): boolean {
    return this.signal.aborted;
  }
  get reason(): Error | null {
    return this.signal.reason ?? null;
  }
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }
  pause(): void {}
  resume(): void {}
}
