import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTenant } from '../../src/tenancy.ts';
import { answerTicket } from '../../src/turn/answer-ticket.ts';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, send, withAuth } from '../support/people.ts';
import { gatedStep, saying } from '../support/run-desk.ts';
import { call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { agentText, makeProject, type TempProject } from '../support/temp-project.ts';

const tool = pathToFileURL(path.resolve(import.meta.dirname, '../../tools/open-ticket.ts')).href;

let project: TempProject;
let service: TestService;
let member: string;

beforeAll(async () => {
  project = await makeProject({
    'graphs/desk.yaml': 'start: helper\nagents: [helper]\n',
    'graphs/other.yaml': 'start: helper\nagents: [helper]\n',
    'graphs/careful.yaml': 'start: helper\nagents: [helper]\napprove: [open_ticket]\n',
    'agents/helper.md': agentText('You help.', 'tools: [open_ticket]'),
    'tools/open-ticket.ts': `export { openTicketTool } from '${tool}';\n`,
  });
  service = await startService({ project: project.dir, settings: withAuth });
  await makeTenant(service.context, 'acme');
  await makeTenant(service.context, 'rival');
  member = await giveKey(service.context, 'acme');
});
afterAll(async () => {
  await service.stop();
  await project.remove();
});

interface Ticket {
  id: string;
  thread_id: string;
  status: string;
  summary: string;
  answer: string | null;
  answered_by: string | null;
  messages: { role: string; name?: string; content: string }[] | null;
}
type Body = Record<string, unknown>;

const clientOf = (key: string) =>
  new Client({
    apiUrl: service.url,
    apiKey: null,
    defaultHeaders: bearer(key),
    callerOptions: { maxRetries: 0 },
  });

async function ask<T = Body>(
  method: string,
  at: string,
  { key = member, body }: { key?: string; body?: object } = {},
) {
  return send<T>(service, method, at, { headers: bearer(key), ...(body && { body }) });
}

/** A thread whose agent has opened a ticket. */
async function openOne({ key = member, graph = 'desk', summary = 'The invoice is wrong' } = {}) {
  service.script(
    call('open_ticket', { summary, urgency: 'high', contact: 'call 5' }),
    say('A person has it.'),
  );
  const client = clientOf(key);
  const { thread_id: threadId } = await client.threads.create();
  await client.runs.wait(threadId, graph, { input: saying('My invoice is wrong, get me a person') });
  const { body } = await ask<{ tickets: Ticket[] }>('GET', '/api/v1/tickets?limit=200', { key });
  const ticket = body.tickets.find(({ thread_id }) => thread_id === threadId);
  if (!ticket) throw new Error('no ticket was opened');
  return { threadId, ticket, client };
}

async function events(type: string, ticketId: string): Promise<Body[]> {
  const rows = await inTenant('acme', () =>
    service.context.db.selectFrom('baton.domain_event').selectAll().where('type', '=', type).execute(),
  );
  return rows.filter(({ data }) => data.ticket_id === ticketId).map(({ data }) => data);
}

test('an agent hands a thread to a person, and somebody reads what was said', async () => {
  const { threadId, ticket } = await openOne();
  expect(ticket).toMatchObject({
    status: 'open',
    urgency: 'high',
    contact: 'call 5',
    agent: 'helper',
    summary: 'The invoice is wrong',
    answer: null,
  });
  const { status, body } = await ask<Ticket>('GET', `/api/v1/tickets/${ticket.id}`);
  expect(status).toBe(200);
  expect(body.messages?.map(({ role, name, content }) => [role, name, content])).toEqual([
    ['user', undefined, 'My invoice is wrong, get me a person'],
    ['assistant', 'helper', 'A person has it.'],
  ]);
  expect(await events('ticket-opened', ticket.id)).toEqual([
    { ticket_id: ticket.id, thread_id: threadId, agent: 'helper', urgency: 'high' },
  ]);
});

test('who asks again in a thread with an open ticket is told so, and there is no second', async () => {
  const { threadId, ticket, client } = await openOne();
  let told = '';
  service.script(call('open_ticket', { summary: 'Again' }), (request) => {
    told = String(request.messages.at(-1)?.content);
    return say('It is still open.');
  });
  await client.runs.wait(threadId, 'desk', { input: saying('I still want a person') });
  expect(JSON.parse(told)).toMatchObject({
    ticket: ticket.id,
    opened: false,
    message: expect.stringContaining(`ticket ${ticket.id}, which is still open`),
  });
  const { body } = await ask<{ tickets: Ticket[] }>('GET', '/api/v1/tickets?limit=200');
  expect(body.tickets.filter(({ thread_id }) => thread_id === threadId)).toHaveLength(1);
  expect(await events('ticket-opened', ticket.id)).toHaveLength(1);
});

test('an answer is the newest message of the thread at every door, and the next turn’s model sees it', async () => {
  const { threadId, ticket, client } = await openOne();
  const text = 'We have corrected the invoice.';
  const { status, body } = await ask<Ticket>('POST', `/api/v1/tickets/${ticket.id}/answer`, {
    body: { text },
  });
  expect([status, body.status, body.answer]).toEqual([200, 'answered', text]);
  expect(body.answered_by).toMatch(/^[0-9a-f]{16}$/);

  const { values, next } = await client.threads.getState<{ messages: Body[]; agent: string }>(threadId);
  expect(values.messages.at(-1)).toMatchObject({ type: 'ai', name: 'person', content: text });
  expect([values.agent, next]).toEqual(['helper', []]);
  expect((await client.threads.get(threadId)).status).toBe('idle');
  const items = await ask<{ data: Body[] }>(
    'GET',
    `/v1/conversations/conv_${threadId.replaceAll('-', '')}/items`,
  );
  expect(JSON.stringify(items.body)).toContain(text);

  const model = service.script(say('You are welcome.'));
  await client.runs.wait(threadId, 'desk', { input: saying('Thanks!') });
  expect(JSON.stringify(model.requests[0]?.messages)).toContain(text);
  expect(await events('ticket-answered', ticket.id)).toEqual([
    { ticket_id: ticket.id, thread_id: threadId, answered_by: body.answered_by },
  ]);
});

test('a ticket is answered once, also when two try at the same time', async () => {
  const { threadId, ticket, client } = await openOne();
  const at = `/api/v1/tickets/${ticket.id}/answer`;
  const tried = await Promise.all(
    ['One.', 'Two.', 'Three.'].map((text) => ask('POST', at, { body: { text } })),
  );
  expect(tried.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect((await ask('POST', at, { body: { text: 'Late.' } })).status).toBe(409);
  const { values } = await client.threads.getState<{ messages: { name?: string; content: string }[] }>(
    threadId,
  );
  const said = values.messages.filter(({ name }) => name === 'person');
  expect(said).toHaveLength(1);
  const { body } = await ask<Ticket>('GET', `/api/v1/tickets/${ticket.id}`);
  expect(body.answer).toBe(said[0]?.content);
  expect(await events('ticket-answered', ticket.id)).toHaveLength(1);
});

test('an answer that got into the thread and was not marked is marked by who tries next', async () => {
  const { threadId, ticket } = await openOne();
  await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, { body: { text: 'First.' } });
  await inTenant('acme', () =>
    service.context.db
      .updateTable('baton.ticket')
      .set({ status: 'open', answer: null, answered_at: null })
      .where('ticket_id', '=', ticket.id)
      .execute(),
  );
  const { status } = await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, { body: { text: 'Second.' } });
  expect(status).toBe(409);
  const { body } = await ask<Ticket>('GET', `/api/v1/tickets/${ticket.id}`);
  expect(body).toMatchObject({ thread_id: threadId, status: 'answered', answer: 'First.' });
});

test('while a run of the thread is under way, or waits for a decision, an answer is refused', async () => {
  const { threadId, ticket, client } = await openOne();
  const gate = gatedStep(say('Done.'));
  service.script(gate.step);
  const run = client.runs.wait(threadId, 'desk', { input: saying('And?') });
  await gate.begun;
  const busy = await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, { body: { text: 'Hello' } });
  expect(busy.status).toBe(409);
  gate.open();
  await run;

  service.script(call('open_ticket', { summary: 'x' }));
  await client.runs.wait(threadId, 'careful', { input: saying('A person!') });
  const waits = await ask<{ detail: string }>('POST', `/api/v1/tickets/${ticket.id}/answer`, {
    body: { text: 'Hello' },
  });
  expect([waits.status, waits.body.detail]).toEqual([
    409,
    'The thread waits for a decision: resume it, and answer then.',
  ]);
  service.script(say('So be it.'));
  await client.runs.wait(threadId, 'careful', { command: { resume: 'refuse' } });
  expect((await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, { body: { text: 'Hello' } })).status).toBe(
    200,
  );
});

test('a ticket is closed once, answered or not, and the thread may have another then', async () => {
  const { threadId, ticket, client } = await openOne();
  const at = `/api/v1/tickets/${ticket.id}`;
  expect((await ask<Ticket>('POST', `${at}/close`)).body).toMatchObject({ status: 'closed', answer: null });
  expect((await ask('POST', `${at}/close`)).status).toBe(409);
  expect((await ask('POST', `${at}/answer`, { body: { text: 'Late' } })).status).toBe(409);
  service.script(call('open_ticket', { summary: 'Once more' }), say('Yes.'));
  await client.runs.wait(threadId, 'desk', { input: saying('A person, please') });
  const { body } = await ask<{ tickets: Ticket[] }>('GET', '/api/v1/tickets?status=open&limit=200');
  expect(body.tickets.filter(({ thread_id }) => thread_id === threadId)).toMatchObject([
    { summary: 'Once more' },
  ]);
});

test('tickets come in pages, the newest first', async () => {
  for (const summary of ['a', 'b', 'c']) await openOne({ summary });
  const all = await ask<{ tickets: Ticket[]; next: null }>('GET', '/api/v1/tickets?limit=200');
  const ids: string[] = [];
  for (let after = ''; ; ) {
    const { body } = await ask<{ tickets: Ticket[]; next: string | null }>(
      'GET',
      `/api/v1/tickets?limit=2${after}`,
    );
    ids.push(...body.tickets.map(({ id }) => id));
    if (!body.next) break;
    after = `&after=${body.next}`;
  }
  expect(ids).toEqual(all.body.tickets.map(({ id }) => id));
  expect(all.body.tickets.slice(0, 3).map(({ summary }) => summary)).toEqual(['c', 'b', 'a']);
  expect((await ask('GET', '/api/v1/tickets?status=lost')).status).toBe(400);
});

test('another tenant, and who is held to other graphs, does not see a ticket', async () => {
  const { ticket } = await openOne();
  const held = await giveKey(service.context, 'acme', { graphs: ['other'] });
  const rival = await giveKey(service.context, 'rival', { role: 'admin' });
  for (const key of [held, rival]) {
    expect((await ask<{ tickets: [] }>('GET', '/api/v1/tickets', { key })).body.tickets).toEqual([]);
    expect((await ask('GET', `/api/v1/tickets/${ticket.id}`, { key })).status).toBe(404);
    const answer = { key, body: { text: 'Mine' } };
    expect((await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, answer)).status).toBe(404);
    expect((await ask('POST', `/api/v1/tickets/${ticket.id}/close`, { key })).status).toBe(404);
  }
});

test('a viewer has nothing to do with tickets; a key for tickets alone does not show what was said', async () => {
  const { ticket } = await openOne();
  const viewer = await giveKey(service.context, 'acme', { role: 'viewer' });
  expect((await ask('GET', '/api/v1/tickets', { key: viewer })).status).toBe(403);
  const reader = await giveKey(service.context, 'acme', { scopes: ['tickets:read'] });
  const { body } = await ask<Ticket>('GET', `/api/v1/tickets/${ticket.id}`, { key: reader });
  expect([body.summary, body.messages]).toEqual(['The invoice is wrong', null]);
  const answer = { key: reader, body: { text: 'Mine' } };
  expect((await ask('POST', `/api/v1/tickets/${ticket.id}/answer`, answer)).status).toBe(403);
});

test('nothing is answered that is not there', async () => {
  const nobody = inTenant('acme', () => answerTicket(service.context, randomUUID(), { text: 'x', by: 'y' }));
  await expect(nobody).rejects.toMatchObject({ code: 'not-found' });
  expect((await ask('GET', '/api/v1/tickets/none')).status).toBe(400);
});
