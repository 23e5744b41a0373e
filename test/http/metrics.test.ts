import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, reply, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service.stop());

/** The samples by name and labels, as they are written: `name{label="value"}`. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${service.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, sample, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
      if (!sample || Number.isNaN(Number(value))) throw new Error(`This is no sample: ${line}`);
      return [sample, Number(value)];
    }),
  );
}

function ask(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

test('what happens is counted: requests, runs, models, tools, handoffs, events', async () => {
  service.script(
    transfer('clerk', { question: 'Where is order 7?' }),
    call('look_up', { order: 7 }),
    say('Here it is.'),
  );
  const input = { messages: [{ role: 'user', content: 'Where is order 7?' }] };
  const before = await scrape();
  const answer = await ask('/runs/wait', { assistant_id: 'desk', input });
  expect(answer.status).toBe(200);
  await answer.text();
  await fetch(`${service.url}/nothing/at/${Math.random()}`);
  await expect
    .poll(async () => (await scrape()).get('baton_runs_ended_total{graph="desk",status="success"}'))
    .toBe(1);
  const after = await scrape();
  const more = (sample: string) => (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
  const requests = 'baton_http_request_duration_seconds_count';
  expect(more(`${requests}{method="POST",route="/runs/wait",status="200"}`)).toBe(1);
  expect(more(`${requests}{method="GET",route="none",status="404"}`)).toBe(1);
  expect(more('baton_runs_accepted_total{graph="desk"}')).toBe(1);
  expect(more('baton_runs_begun_total{graph="desk",again="no"}')).toBe(1);
  expect(more('baton_run_duration_seconds_count{graph="desk",status="success"}')).toBe(1);
  expect(more('baton_run_first_token_seconds_count{graph="desk"}')).toBe(1);
  expect(more('baton_model_calls_total{agent="clerk",model="scripted"}')).toBe(2);
  expect(more('baton_model_tokens_total{agent="clerk",model="scripted",direction="output"}')).toBe(10);
  expect(more('baton_tool_call_duration_seconds_count{tool="look_up",status="success"}')).toBe(1);
  expect(more('baton_handoffs_total{from="triage",to="clerk"}')).toBe(1);
  expect(more('baton_events_written_total{type="turn-end"}')).toBe(1);
  expect(more('baton_event_batch_size_events_count')).toBeGreaterThan(0);
});

test('what is open and what runs is there, and gone when it is over', async () => {
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  service.script(async () => {
    asked.resolve();
    await goOn.promise;
    return reply({ text: 'Yes?' });
  });
  const input = { messages: [{ role: 'user', content: 'Hello' }] };
  const answer = await ask('/runs/stream', { assistant_id: 'desk', input });
  await asked.promise;
  const during = await scrape();
  expect(during.get('baton_open_streams{kind="stream"}')).toBe(1);
  expect(during.get('baton_runs_running')).toBe(1);
  goOn.resolve();
  await answer.text();
  await expect.poll(async () => (await scrape()).get('baton_runs_running')).toBe(0);
  const after = await scrape();
  expect(after.get('baton_open_streams{kind="stream"}')).toBe(0);
  expect(after.get('baton_runs_waiting')).toBe(0);
  await expect.poll(async () => (await scrape()).get('baton_database_waiting')).toBe(0);
});

test('the process is there: its memory, its event loop, its bus and its database', async () => {
  const samples = await scrape();
  expect(samples.get('baton_process_memory_bytes{kind="resident"}')).toBeGreaterThan(1e6);
  expect(samples.get('baton_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThan(0);
  const state = service.context.bus.state();
  expect(samples.get(`baton_bus_state{state="${state}"}`)).toBe(1);
  const connections = ['busy', 'idle'].map(
    (of) => samples.get(`baton_database_connections{state="${of}"}`) ?? 0,
  );
  expect(connections[0]).toBeGreaterThanOrEqual(0);
  expect(connections[1]).toBeGreaterThanOrEqual(0);
});

test('the same as JSON, and a format that is none is refused', async () => {
  const metrics = (await (await fetch(`${service.url}/metrics?format=json`)).json()) as { name: string }[];
  expect(metrics.map(({ name }) => name)).toContain('baton_runs_accepted_total');
  for (const { name } of metrics) expect(name).toMatch(/^baton_/);
  expect((await fetch(`${service.url}/metrics?format=xml`)).status).toBe(400);
});
