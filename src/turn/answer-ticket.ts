import { getThread } from '../db/threads.ts';
import { getTicket, markAnswered, type Ticket } from '../db/tickets.ts';
import { CallerError } from '../errors.ts';
import { addEvent } from '../knowledge/events/add-event.ts';
import { type AiMessage, textOf } from '../message.ts';
import { readState } from './thread-state.ts';
import type { TurnContext } from './turns.ts';
import { updateState } from './update-state.ts';

/** Who speaks in a thread when a person does. */
export const personName = 'person';

/**
 * Puts a person's answer into the thread of an open ticket, as the newest message, and marks the ticket as answered.
 *
 * The message has an id of the ticket, so that there is one whatever happens in between: an answer that got into the thread and was not
 * marked is marked by whoever tries next.
 *
 * Throws a `CallerError`: `not-found` for an unknown ticket, `conflict` when it is not open, while a run of the thread is under way, and
 * while the thread waits for a decision.
 */
export async function answerTicket(
  context: TurnContext,
  ticketId: string,
  { text, by }: { text: string; by: string },
): Promise<Ticket> {
  const ticket = await getTicket(context.db, ticketId);
  if (!ticket) throw noTicket(ticketId);
  if (ticket.status !== 'open') throw notOpen(ticket.status);
  await refuseWaiting(context, ticket.thread_id);
  const said = await findAnswer(context, ticket);
  if (said !== undefined) {
    await settle(context, ticket, { text: said, by });
    throw notOpen('answered');
  }
  await say(context, ticket, text);
  const answered = await settle(context, ticket, { text, by });
  return answered ?? (await getTicket(context.db, ticketId)) ?? ticket; // somebody who came later has marked it meanwhile
}

export function noTicket(ticketId: string): CallerError {
  return new CallerError('not-found', `There is no ticket ${ticketId}.`);
}

function notOpen(status: Ticket['status']): CallerError {
  return new CallerError('conflict', `The ticket is ${status} already.`);
}

const messageId = ({ ticket_id }: Ticket) => `ticket-${ticket_id}`;

/** What was said to a ticket before. */
async function findAnswer(context: TurnContext, ticket: Ticket): Promise<string | undefined> {
  const state = await readState(context, ticket.thread_id);
  const said = state?.values.messages.find(({ id }) => id === messageId(ticket));
  return said && textOf(said.content);
}

/** A message behind calls that wait for a decision would be one that no model takes. */
async function refuseWaiting({ db }: TurnContext, threadId: string): Promise<void> {
  const thread = await getThread(db, threadId);
  if (thread?.status !== 'interrupted') return;
  throw new CallerError('conflict', 'The thread waits for a decision: resume it, and answer then.');
}

async function say(context: TurnContext, ticket: Ticket, text: string): Promise<void> {
  const { thread_id: threadId } = ticket;
  const agent = (await readState(context, threadId))?.values.agent ?? ticket.agent;
  const message: AiMessage = {
    type: 'ai',
    id: messageId(ticket),
    name: personName,
    content: text,
    tool_calls: [],
  };
  try {
    await updateState(context, threadId, [{ messages: [message], agent, asNode: agent, byPerson: true }]);
  } catch (error) {
    const anothers = error instanceof CallerError && (await findAnswer(context, ticket)) !== undefined;
    throw anothers ? notOpen('answered') : error;
  }
}

/** Marks a ticket with what was said to it; undefined when somebody else has done so. */
async function settle(
  { db }: TurnContext,
  ticket: Ticket,
  answer: { text: string; by: string },
): Promise<Ticket | undefined> {
  return db.transaction().execute(async (trx) => {
    const answered = await markAnswered(trx, ticket.ticket_id, answer);
    if (!answered) return undefined;
    const { ticket_id, thread_id, answered_by } = answered;
    await addEvent(trx, { type: 'ticket-answered', data: { ticket_id, thread_id, answered_by } });
    return answered;
  });
}
