import { expect, test } from 'vitest';
import type { Run } from '../../src/db/runs.ts';
import { openMetrics } from '../../src/metrics/open-metrics.ts';
import { countRun } from '../../src/turn/count-run.ts';

const run = (attempt: number) =>
  ({ graph: 'desk', attempt, begin_after: null, created_at: new Date(Date.now() - 2_000) }) as Run; // what is counted
const delta = { type: 'text-delta', agent: 'a', messageId: 'm', step: 1, text: 'Hi' } as const;

test('a run that another process had begun is told apart, and its first text is not counted again', async () => {
  const metrics = openMetrics();
  const [first, second] = [countRun(metrics, run(1)), countRun(metrics, run(2))];
  first.saved([{ type: 'agent-start', agent: 'a', step: 1 }]);
  first.saved([delta]);
  first.saved([delta]);
  second.saved([delta]);
  second.ended('success');
  const text = await metrics.registry.metrics();
  expect(text).toContain('baton_runs_begun_total{graph="desk",again="no"} 1');
  expect(text).toContain('baton_runs_begun_total{graph="desk",again="yes"} 1');
  expect(text).toContain('baton_run_first_token_seconds_count{graph="desk"} 1');
  expect(text).toContain('baton_runs_ended_total{graph="desk",status="success"} 1');
  expect(text).toMatch(/baton_run_duration_seconds_sum\{graph="desk",status="success"\} 2(\.\d+)?$/m);
});

test('one context counts nothing of another', async () => {
  const [one, other] = [openMetrics(), openMetrics()];
  countRun(one, run(1)).ended('error');
  expect(await other.registry.metrics()).not.toContain('desk');
});
