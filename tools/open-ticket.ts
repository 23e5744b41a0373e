import { z } from 'zod';
import { openTicket, type Ticket } from '../src/db/tickets.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import { addEvent } from '../src/knowledge/events/add-event.ts';

const parameters = z.object({
  summary: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .describe('What the user needs and what was tried, so that a person can begin without asking again.'),
  urgency: z
    .enum(['low', 'normal', 'high'])
    .default('normal')
    .describe('high: something is down, lost or exposed. low: a wish or a remark.'),
  contact: z
    .string()
    .trim()
    .max(300)
    .optional()
    .describe('How else the user wants to be reached, in their own words; only when they said so.'),
});

export const openTicketTool = defineTool({
  name: 'open_ticket',
  description:
    'Hands this conversation to a person, who answers here later. A conversation has one open ticket: where there is one, it says so.',
  parameters,
  changes: 'database',
  run({ summary, urgency, contact }, { threadId, runId, agent, commit }) {
    return commit(async (trx) => {
      const { ticket, opened } = await openTicket(trx, { threadId, runId, agent, summary, urgency, contact });
      const { ticket_id } = ticket;
      if (opened) {
        const data = { ticket_id, thread_id: threadId, agent, urgency };
        await addEvent(trx, { type: 'ticket-opened', data });
      }
      const result = { ticket: ticket_id, opened, message: opened ? told(ticket) : toldAgain(ticket) };
      return { content: JSON.stringify(result), artifact: result };
    });
  },
});

function told({ ticket_id }: Ticket): string {
  return `A person has your question now, as ticket ${ticket_id}. The answer will come in this conversation.`;
}

function toldAgain({ ticket_id, created_at }: Ticket): string {
  const since = `${created_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `A person has this conversation since ${since}, as ticket ${ticket_id}, which is still open. The answer will come here.`;
}
