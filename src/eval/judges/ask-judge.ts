import { z } from 'zod';
import { errorMessage } from '../../errors.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { toToolCallingModel } from '../../model/tool-calling-model.ts';
import { untraced } from '../../model/without-tracing.ts';
import { verdictTool } from './judge-prompt.ts';

/** What one judge thinks. */
export interface Verdict {
  /** From 0 to 1. */
  score: number;
  reasoning: string;
}

export interface JudgeQuestion {
  role: string;
  /** Who asks, as it is metered and recorded: `judge:tone`. */
  name: string;
  system: string;
  user: string;
  signal: AbortSignal;
  /** Whether LangSmith is told where the environment asks for it. */
  traced: boolean;
}

/** A judge gave nothing that can be read as a verdict, twice. That says nothing about what it judges. */
export class JudgeError extends Error {
  override name = 'JudgeError';
}

/** Thoughts of models that think are tokens of the reply too. */
const maxTokens = 4_000;
const longestReasoning = 2_000;

/**
 * Asks a model for its verdict, with openevals. A reply that cannot be read is told to it, once. Rejects with a `JudgeError` after the second, and
 * with what the model rejects with.
 */
export async function askJudge(chat: ChatModel, question: JudgeQuestion): Promise<Verdict> {
  const first = await tryJudge(chat, question);
  if ('score' in first) return first;
  const nudge = `Your last reply could not be read: ${first.fault}. Reply by calling ${verdictTool} with \`reasoning\`, a text, and \`score\`, a number from 0 to 1.`;
  const second = await tryJudge(chat, { ...question, user: `${question.user}\n\n${nudge}` });
  if ('score' in second) return second;
  throw new JudgeError(
    `The judge ${question.role} gave no verdict that can be read, twice: ${second.fault}.`,
  );
}

const verdictSchema = z.object({ reasoning: z.string(), score: z.number().min(0).max(1) });

/** As the judge's tool: what it says first, it thinks of first. */
const verdictForm = {
  name: verdictTool,
  description: 'Says how far the answer meets the criterion, and why.',
  type: 'object',
  properties: {
    reasoning: { type: 'string', description: 'Why, in at most five sentences.' },
    score: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'From 0, not met at all, to 1, met in full.',
    },
  },
  required: ['reasoning', 'score'],
  additionalProperties: false,
};

async function tryJudge(chat: ChatModel, question: JudgeQuestion): Promise<Verdict | { fault: string }> {
  const { role, name, system, user, signal, traced } = question;
  let failed = false;
  const heard: ChatModel = (request, onText) =>
    chat(request, onText).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const { createLLMAsJudge } = await import('openevals/llm');
  const judge = createLLMAsJudge({
    prompt: () => [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
    judge: toToolCallingModel(heard, { role, agent: name, signal, maxTokens }),
    outputSchema: verdictForm,
    feedbackKey: name,
  });
  try {
    const read = verdictSchema.safeParse(await (traced ? judge({}) : untraced(() => judge({}))));
    if (!read.success) return { fault: faultOf(read.error) };
    return { score: read.data.score, reasoning: read.data.reasoning.slice(0, longestReasoning) };
  } catch (error) {
    signal.throwIfAborted();
    if (failed) throw error;
    return { fault: errorMessage(error).replace(/\.$/, '') };
  }
}

function faultOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
