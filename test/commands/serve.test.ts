import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { root, type ServiceProcess, startProcess } from '../support/start-process.ts';
import { makeProject } from '../support/temp-project.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const definition = pathToFileURL(path.join(root, 'src/handoff/define-tool.ts')).href;

/** An agent whose one tool never ends, whatever it is told. */
const files = {
  'agents/stuck.md': '---\nmodel: careful\ntools: [hang]\n---\nYou wait.',
  'graphs/stuck.yaml': 'description: Waits.\nstart: stuck\nagents: [stuck]\n',
  'tools/hang.ts': `import { defineTool } from '${definition}';
import { z } from '${pathToFileURL(path.join(root, 'node_modules/zod/index.js')).href}';
export const hang = defineTool({
  name: 'hang', description: 'Waits.', parameters: z.object({}), changes: 'nothing',
  run: () => new Promise(() => undefined),
});`,
};

type Model = 'silent' | 'calls the tool';

/** A provider that never answers, or that wants the tool. */
async function startProvider(model: Model): Promise<{ url: string; asked: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const asksForTool = {
    id: 'x',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        delta: {
          role: 'assistant',
          tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'hang', arguments: '{}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  };
  const server = createServer((request, response) => {
    request.resume();
    asked.resolve();
    if (model === 'silent') return;
    response.setHeader('content-type', 'text/event-stream');
    response.end(`data: ${JSON.stringify(asksForTool)}\n\ndata: [DONE]\n\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { url: `http://127.0.0.1:${port}/v1`, asked: asked.promise };
}

/** A service with a run that does not end, which a client watches. */
async function startStuck(model: Model, drainSeconds: number) {
  const [made, project, provider] = [
    await makeTestDatabase(),
    await makeProject(files),
    await startProvider(model),
  ];
  if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
  const env = {
    ...made.env,
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: provider.url,
    BATON_MODEL_EMBED: 'local',
    BATON_DRAIN_SECONDS: String(drainSeconds),
  };
  const service: ServiceProcess = await startProcess(env, project.dir);
  onTestFinished(async () => {
    await service.stop('SIGKILL');
    await made.drop();
    await project.remove();
  });
  const body = {
    assistant_id: 'stuck',
    input: { messages: [{ role: 'user', content: 'Wait' }] },
    stream_mode: 'debug',
  };
  const stream = await fetch(`${service.url}/runs/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const seen = model === 'silent' ? 'event: metadata' : '"name":"hang"';
  const reader = stream.body?.getReader();
  if (!reader) throw new Error('There is no stream.');
  for (let text = ''; !text.includes(seen); ) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The stream ended: ${text}`);
    text += new TextDecoder().decode(value);
  }
  await provider.asked; // a run that has not come to its first step is handed over at once
  return { service, reader };
}

/** Reads on to the end: `cut off`, or `ended` as if the run were over. */
async function howItEnds(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  try {
    for (;;) if ((await reader.read()).done) return 'ended';
  } catch {
    return 'cut off';
  }
}

for (const model of ['silent', 'calls the tool'] as const) {
  const what = model === 'silent' ? 'a model' : 'a tool';
  test(`asked to stop while ${what} hangs, it ends in time and its streams are cut off`, {
    timeout: 120_000,
  }, async () => {
    const { service, reader } = await startStuck(model, 1);
    const asked = performance.now();
    const gone = service.stop('SIGTERM');
    const ending = howItEnds(reader);
    const ready = await fetch(`${service.url}/ready`).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([503, 'refused']).toContain(ready);
    await gone;
    expect(performance.now() - asked).toBeLessThan(25_000); // 1 s for its turns, 2 s at most beyond, and a very busy machine
    expect(await ending).toBe('cut off');
  });
}

test('asked to stop a second time, it ends at once', { timeout: 120_000 }, async () => {
  const { service } = await startStuck('silent', 60);
  service.child.kill('SIGTERM');
  const look = () =>
    fetch(`${service.url}/health`, { headers: { connection: 'close' } }).then(
      () => 'up',
      () => 'refused',
    );
  await expect.poll(look, { timeout: 20_000 }).toBe('refused');
  expect(await service.stop('SIGTERM')).toBe(143);
});
