import { z } from 'zod';
import { defineTool } from '../../../../src/handoff/define-tool.ts';

/** Pays nothing back: that it was called is what cases look at. */
export const refundTool = defineTool({
  name: 'refund',
  description: 'Pays an order back.',
  parameters: z.object({ order: z.coerce.number().int().describe('The number of the order.') }),
  changes: 'idempotent',
  async run({ order }) {
    return { content: `Order ${order} is paid back.`, artifact: { refunded: order } };
  },
});
