import { z } from 'zod';
import { ToolError } from '../../../../src/errors.ts';
import { defineTool } from '../../../../src/handoff/define-tool.ts';

/** Order 404 is not there. */
export const lookUpTool = defineTool({
  name: 'look_up',
  description: 'Looks up an order.',
  parameters: z.object({ order: z.coerce.number().int().describe('The number of the order.') }),
  changes: 'nothing',
  async run({ order }) {
    if (order === 404) throw new ToolError('There is no order 404.');
    return { content: `Order ${order} is on its way.`, artifact: { order, place: 'Linz' } };
  },
});
