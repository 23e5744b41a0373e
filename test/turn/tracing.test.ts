import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { call, say, scriptedModel } from '../support/scripted-model.ts';

test('a turn calls no tracing service, whatever the environment says, and interrupts all the same', async () => {
  const called: string[] = [];
  const server = setupServer(
    http.all('*', ({ request }) => {
      called.push(request.url);
      return HttpResponse.json({});
    }),
  );
  server.listen();
  onTestFinished(() => server.close());
  vi.stubEnv('LANGSMITH_TRACING', 'true');
  vi.stubEnv('LANGSMITH_API_KEY', 'key');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const context = await openTestContext({
    chat: scriptedModel([call('look_up', { order: 7 }), say('Found.')]),
  });
  const ids = await ask(context, 'Where is 7?', { graph: 'till' });
  expect((await watch(context, ids)).at(-1)).toMatchObject({ type: 'interrupted' });
  const resumed = await ask(context, '', {
    graph: 'till',
    threadId: ids.threadId,
    input: [],
    resume: 'accept',
  });
  expect((await watch(context, resumed)).at(-1)).toMatchObject({
    type: 'turn-end',
    answer: { content: 'Found.' },
  });
  expect(called).toEqual([]);
});
