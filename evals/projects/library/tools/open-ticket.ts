export { openTicketTool } from '../../../../tools/open-ticket.ts';
