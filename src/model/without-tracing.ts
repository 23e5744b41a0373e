import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';

/**
 * Runs work of LangChain's with nobody listening: no tracer that the environment asks for (`LANGSMITH_TRACING`),
 * and none of the callbacks of a graph that this work happens inside. What our users may know is in the log;
 * prompts go to the model's provider and nowhere else.
 */
export function withoutTracing<Result>(work: () => Promise<Result>): Promise<Result> {
  return AsyncLocalStorageProviderSingleton.runWithConfig({ callbacks: [] }, work);
}
