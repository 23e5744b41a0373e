import { z } from 'zod';

/** The section `client:` of a project's `models.yaml`. */
export const clientSchema = z
  .enum(['lean', 'langchain'], { error: 'expected lean or langchain' })
  .describe(
    'Who speaks OpenAI’s chat completions. lean: our own client, which costs least, where it is able, and LangChain’s where not. langchain: always LangChain’s.',
  );

export type ClientSection = z.output<typeof clientSchema>;
