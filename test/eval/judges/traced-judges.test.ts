import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RunTree } from 'langsmith';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { scoreJudges } from '../../../src/eval/judges/score-judges.ts';
import { scriptedModel } from '../../support/scripted-model.ts';
import { seenOf, tone, tracing, turnOf, verdict } from './judged.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Stands for LangSmith; the addresses that it was asked for. */
async function openTracer(): Promise<{ url: string; told: string[] }> {
  const told: string[] = [];
  const server = createServer((request, response) => {
    told.push(`${request.method} ${request.url}`);
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told }; // it listens on a port
}

test('LangSmith hears of judges only where that is asked for beside the environment', async () => {
  const { url, told } = await openTracer();
  for (const name of tracing) vi.stubEnv(name, 'true');
  vi.stubEnv('LANGSMITH_API_KEY', 'lsv2_test');
  vi.stubEnv('LANGSMITH_ENDPOINT', url);
  const judge = async (tracesJudges: boolean) => {
    const seen = seenOf(scriptedModel([verdict(0.9)]), [turnOf()], { tracesJudges });
    expect(await scoreJudges([tone], seen)).toMatchObject([{ value: 0.9 }]);
    await RunTree.getSharedClient().awaitPendingTraceBatches();
  };

  await judge(false);
  expect(told).toEqual([]);

  await judge(true);
  expect(told.filter((line) => line.startsWith('POST /runs'))).not.toEqual([]);
});
