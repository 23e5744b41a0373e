import { z } from 'zod';
import { modelNamePattern, parseModelName } from '../config/model-name.ts';

const modelName = z
  .string()
  .regex(modelNamePattern, 'expected provider:model, such as openai:gpt-4.1-mini, or offline')
  .transform(parseModelName);
const chain = z.array(modelName).max(10, 'expected at most 10 models').default([]);

/** The section `fallbacks:` of a project's `models.yaml`. */
export const fallbacksSchema = z
  .strictObject({ fast: chain, careful: chain })
  .describe(
    'By role, the models that are asked in order when the one before gives no reply. The role’s own model may stand first.',
  );

export type FallbacksSection = z.output<typeof fallbacksSchema>;
