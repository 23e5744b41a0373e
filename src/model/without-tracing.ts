import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { RunnableConfig } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import { mentionsTracing } from '../config.ts';

/**
 * Hears nothing and tells nobody. LangChain makes a tracer where the environment asks for one (`LANGSMITH_TRACING`)
 * and no handler of this name is there; there is no option that says no.
 */
class NoTracer extends BaseCallbackHandler {
  override name = 'langchain_tracer';

  /** LangChain asks a handler of this name for the run that nested work belongs to, and keeps the work's config on it. */
  getRunTreeWithTracingConfig(): { extra: object } {
    return { extra: {} };
  }

  updateFromRunTree(): void {}
}

/** The `callbacks` to give to work of LangChain's or LangGraph's, in the place of those that it would make for itself. */
export const noTracing = [new NoTracer()];

/** The same for work that costs less without any: undefined where the environment says nothing of tracing, so that none would be made. */
export function noTracingAsked(): typeof noTracing | undefined {
  return mentionsTracing() ? noTracing : undefined;
}

/**
 * Runs work of LangChain's outside of the graph that it happens inside, so that none of the graph's own callbacks
 * hear it. With `noTracing`, prompts go to the model's provider and nowhere else.
 */
export function outsideOfGraph<Result>(work: () => Promise<Result>): Promise<Result> {
  return AsyncLocalStorageProviderSingleton.getInstance().run(undefined, work);
}

/** Runs work of LangGraph's that asks for the config of the node that it is part of. */
export function insideOfGraph<Result>(config: RunnableConfig, work: () => Result): Result {
  return AsyncLocalStorageProviderSingleton.runWithConfig(config, work);
}

/**
 * Runs work of LangChain's or LangSmith's that takes no callbacks, and tells nobody of it, whatever the environment asks for. Both ask the same
 * store for the run that they are part of, and one that is not traced has no part that is.
 */
export function untraced<Result>(work: () => Promise<Result>): Promise<Result> {
  return AsyncLocalStorageProviderSingleton.getInstance().run({ tracingEnabled: false }, work);
}
