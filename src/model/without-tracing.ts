import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';

/**
 * Hears nothing and tells nobody. LangChain makes a tracer where the environment asks for one (`LANGSMITH_TRACING`)
 * and no handler of this name is there; there is no option that says no.
 */
class NoTracer extends BaseCallbackHandler {
  override name = 'langchain_tracer';
}

/** The handlers to give to LangChain's work, in the place of those that it would find for itself. */
export const noTracing = [new NoTracer()];

/**
 * Runs work of LangChain's outside of the graph that it happens inside, so that none of the graph's own callbacks
 * hear it. With `noTracing`, prompts go to the model's provider and nowhere else.
 */
export function outsideOfGraph<Result>(work: () => Promise<Result>): Promise<Result> {
  return AsyncLocalStorageProviderSingleton.getInstance().run(undefined, work);
}
