import { expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../support/start-process.ts';
import { agentText, makeProject, toolText } from '../support/temp-project.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const word = (text: string) => toolText('word', `return '${text}';`);
const front = (prompt: string) =>
  agentText(prompt, 'tools: [word]\nexamples:\n  - ask: Which word is it?\n    calls: [{ word: {} }]');

test('a service obeys what is saved in its project from the next turn on', { timeout: 60_000 }, async () => {
  const made = await makeTestDatabase();
  if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
  const project = await makeProject({
    'agents/front.md': front('You are at the front.'),
    'graphs/desk.yaml': 'start: front\nagents: [front]\n',
    'tools/word.ts': word('red'),
  });
  const service = await startProcess(made.env, project.dir);
  onTestFinished(async () => {
    await service.stop('SIGTERM');
    await made.drop();
    await project.remove();
  });

  expect(await whatIsFound(service.url)).toBe('red');
  await project.write({ 'tools/word.ts': word('blue') });
  await expect.poll(() => whatIsFound(service.url), { timeout: 10_000 }).toBe('blue');

  await project.write({ 'graphs/shop.yaml': 'start: front\nagents: [front]\n' });
  await expect.poll(() => graphsOf(service.url)).toEqual(['desk', 'shop']);

  await project.write({
    'graphs/desk.yaml': 'start: frnt\n',
    'agents/front.md': front('You are elsewhere.'),
  });
  await project.write({ 'graphs/shop.yaml': undefined });
  await expect.poll(() => graphsOf(service.url)).toEqual(['desk']);
  expect(await whatIsFound(service.url)).toBe('blue');
});

/** What the answer to a question on a new thread rests on. */
async function whatIsFound(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'desk', messages: [{ role: 'user', content: 'Which word is it?' }] }),
  });
  const { baton } = (await answer.json()) as { baton?: { evidence: { result: string }[] } }; // a completion, or an error
  return baton?.evidence[0]?.result;
}

async function graphsOf(url: string): Promise<string[]> {
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }; // OpenAI's list
  return data.map(({ id }) => id);
}
