import { z } from 'zod';
import { defineTool } from '../../../../src/handoff/define-tool.ts';

/** Gives back what it is told: a case sees by it what an agent was asked. */
export const writeDownTool = defineTool({
  name: 'write_down',
  description: 'Writes down a question.',
  parameters: z.object({ question: z.string().min(1) }),
  changes: 'nothing',
  async run({ question }) {
    return { content: `Written down: ${question}`, artifact: { note: question } };
  },
});
