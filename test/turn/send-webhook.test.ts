import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { checkWebhookUrl, sendWebhook } from '../../src/turn/send-webhook.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const deliveryId = 'msg_1';

test('the run’s end is told: signed, whole, as JSON', async () => {
  const receiver = await receive(200);
  const { context, runId, threadId } = await endedRun({ url: receiver.url });
  expect(await sendWebhook(context, { runId, deliveryId })).toBe('sent');
  const [told] = receiver.told;
  expect(told?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': deliveryId });
  const verified = new Webhook(secret).verify(told?.body ?? '', told?.headers as Record<string, string>); // one value each
  expect(verified).toMatchObject({
    run_id: runId,
    thread_id: threadId,
    assistant_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    status: 'success',
    metadata: { job: 'night' },
    multitask_strategy: 'enqueue',
    run_ended_at: expect.stringMatching(/Z$/),
    webhook_sent_at: expect.stringMatching(/Z$/),
    values: {
      agent: 'triage',
      messages: [
        { type: 'human', content: 'Hello?' },
        { type: 'ai', content: 'Hello.', additional_kwargs: {} },
      ],
    },
  });
  expect(verified).not.toHaveProperty('error');
});

test('without a secret it is not signed', async () => {
  const receiver = await receive(204);
  const { context, runId } = await endedRun({ url: receiver.url, signed: false });
  expect(await sendWebhook(context, { runId, deliveryId })).toBe('sent');
  expect(receiver.told[0]?.headers).not.toHaveProperty('webhook-signature');
});

test('a run that failed says why', async () => {
  const receiver = await receive(200);
  const { context, runId } = await endedRun({ url: receiver.url, fails: true });
  await sendWebhook(context, { runId, deliveryId });
  expect(JSON.parse(receiver.told[0]?.body ?? '')).toMatchObject({
    status: 'error',
    error: { error: 'internal', message: expect.any(String) },
  });
});

test.each([302, 400, 404, 429, 500, 503])('an answer of %i is to be tried again', async (status) => {
  const receiver = await receive(status);
  const { context, runId } = await endedRun({ url: receiver.url });
  await expect(sendWebhook(context, { runId, deliveryId })).rejects.toThrow(`answered with ${status}`);
  expect(receiver.told).toHaveLength(1);
});

test('a receiver that is gone for good, and a run that is gone, are not told again', async () => {
  const receiver = await receive(410);
  const { context, runId } = await endedRun({ url: receiver.url });
  expect(await sendWebhook(context, { runId, deliveryId })).toBe('gone');
  await context.db.deleteFrom('baton.run').execute();
  expect(await sendWebhook(context, { runId, deliveryId })).toBe('gone');
});

test('an address that is not public is refused when it is sent to', async () => {
  const receiver = await receive(200);
  const { context, runId } = await endedRun({ url: receiver.url, allow: [] });
  expect(await sendWebhook(context, { runId, deliveryId })).toBe('refused');
  expect(receiver.told).toEqual([]);
});

test('an address that cannot be right is refused when it is given', () => {
  const config = { webhooks: { allow: ['10.0.0.1'] } };
  for (const url of ['https://example.com/hook', 'http://10.0.0.1/']) checkWebhookUrl(url, config);
  for (const url of ['/hook', 'http://127.0.0.1/', 'https://u:p@example.com/', 'ftp://example.com/']) {
    expect(() => checkWebhookUrl(url, config)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        issues: [{ path: 'webhook', message: expect.any(String) }],
      }),
    );
  }
});

interface Setting {
  url: string;
  signed?: boolean;
  fails?: boolean;
  allow?: string[];
}

/** A run that has ended, whose row has the webhook. */
async function endedRun({ url, signed = true, fails = false, allow = ['127.0.0.1'] }: Setting) {
  const chat = scriptedModel(fails ? [] : [say('Hello.')]);
  const opened = await openTestContext({ chat });
  const webhooks = { allow, ...(signed && { secret }) };
  const context: AppContext = { ...opened, config: { ...opened.config, webhooks } };
  const ids = await ask(context, 'Hello?', { metadata: { job: 'night' } });
  await watch(context, ids);
  await context.db.updateTable('baton.run').set({ webhook: url }).where('run_id', '=', ids.runId).execute();
  return { context, ...ids };
}

async function receive(status: number) {
  const told: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    answer.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { told, url: `http://127.0.0.1:${port}/hook` };
}
