import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvalReport } from '../../src/eval/comparison.ts';
import { makeReport, type ReportOptions } from '../eval/support/make-report.ts';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, send, withAuth } from '../support/people.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
let engineer: string;
let member: string;

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  for (const tenant of ['acme', 'rival', 'pages']) await makeTenant(service.context, tenant);
  engineer = await giveKey(service.context, 'acme', { role: 'engineer' });
  member = await giveKey(service.context, 'acme');
});
afterAll(() => service.stop());

const at = '/api/v1/evals';
type Body = Record<string, unknown>;
interface Row {
  run_id: string;
  suite: string;
  started_at: string;
  verdict: string | null;
}
interface Page {
  runs: Row[];
  next: string | null;
}

function ask<T = Body>(
  method: string,
  path: string,
  { key = member, body }: { key?: string; body?: unknown } = {},
) {
  return send<T>(service, method, path, { headers: bearer(key), ...(body !== undefined && { body }) });
}

/** A report under an id of its own. */
function another(options: ReportOptions = { cases: 6 }): EvalReport {
  const runId = randomUUID();
  const report = makeReport(options);
  return { ...report, runId, runs: report.runs.map((run) => ({ ...run, runId })) };
}

async function keep(report: EvalReport, key = engineer): Promise<EvalReport> {
  const { status, body } = await ask('POST', at, { key, body: report });
  expect([status, JSON.stringify(body)]).toEqual([201, expect.any(String)]);
  return report;
}

function get(path: string, headers: Record<string, string> = {}, key = member): Promise<Response> {
  return Promise.resolve(service.app.request(path, { headers: { ...bearer(key), ...headers } }));
}

test('a report from CI is kept, and listed suite by suite', async () => {
  const report = another();
  const { status, headers, body } = await ask<{ run_id: string; suites: Row[] }>('POST', at, {
    key: engineer,
    body: report,
  });
  expect([status, headers.get('location'), body.run_id]).toEqual([
    201,
    `${at}/${report.runId}`,
    report.runId,
  ]);
  const suites = body.suites.map(({ suite, verdict }) => [suite, verdict]);
  expect(suites).toEqual([
    ['films-routing', 'regression'],
    ['films-search', 'pass'],
    ['support', 'pass'],
  ]);
  const { body: one } = await ask<{ suites: { comparison: Body }[]; exit_code: number; notes: Body[] }>(
    'GET',
    `${at}/${report.runId}`,
  );
  expect(one).toMatchObject({
    run_id: report.runId,
    profile: 'offline',
    started_at: report.startedAt,
    exit_code: 1,
    notes: report.notes,
    suites: [{ suite: 'films-routing', cases: 6, kept_by: engineer.split('_')[1] }, {}, {}],
  });
  expect(one.suites[0]?.comparison).toMatchObject({
    verdict: 'regression',
    files: [{ file: 'agents/triage.md' }],
  });
  expect(JSON.stringify(one)).not.toContain('transcript');
  const twice = await ask('POST', at, { key: engineer, body: report });
  expect(twice.status).toBe(201);
  expect(
    (await ask<Page>('GET', `${at}?suite=support&limit=200`)).body.runs.filter(
      ({ run_id }) => run_id === report.runId,
    ),
  ).toHaveLength(1);
});

test('kept runs come in pages, the newest first, and are found by what they are', async () => {
  const key = await giveKey(service.context, 'pages', { role: 'engineer' });
  const kept: EvalReport[] = [];
  for (const [place, broken] of [true, false, true].entries()) {
    const report = another({ cases: 3, broken });
    const startedAt = `2026-03-0${place + 2}T09:30:00.000Z`;
    kept.push(await keep({ ...report, runs: report.runs.map((run) => ({ ...run, startedAt })) }, key));
  }
  const walk = async (query: string) => {
    const found: Row[] = [];
    for (let after = ''; ; ) {
      const { status, body } = await ask<Page>('GET', `${at}?limit=2${query}${after}`, { key });
      expect(status).toBe(200);
      found.push(...body.runs);
      if (!body.next) return found;
      after = `&after=${encodeURIComponent(body.next)}`;
    }
  };
  const all = await walk('');
  expect(all.map(({ run_id, suite }) => `${run_id} ${suite}`)).toEqual(
    kept
      .toReversed()
      .flatMap(({ runId }) =>
        ['support', 'films-search', 'films-routing'].map((suite) => `${runId} ${suite}`),
      ),
  );
  expect(await walk('&suite=support')).toHaveLength(3);
  expect(await walk('&graph=films')).toHaveLength(6);
  expect(await walk('&verdict=regression')).toHaveLength(
    all.filter(({ verdict }) => verdict === 'regression').length,
  );
  expect(await walk('&profile=configured')).toEqual([]);
  expect(await walk('&since=2026-03-04T00:00:00Z')).toHaveLength(3);
  for (const query of [
    'limit=0',
    'limit=1000',
    'verdict=good',
    'after=x',
    `after=${randomUUID()}`,
    'suite=a%20b',
    'tenant=rival',
  ])
    expect((await ask('GET', `${at}?${query}`, { key })).status, query).toBe(400);
});

test('cases come in pages with their transcripts, in the order of the suite, and by what became of them', async () => {
  const report = await keep(another({ cases: 12 }));
  const run = report.runs[0];
  interface Cases {
    cases: { id: string; outcome: string; attempts: { transcript: { turns: Body[] } }[] }[];
    next: number | null;
  }
  const path = `${at}/${report.runId}/${run?.suite}/cases`;
  const found: Cases['cases'] = [];
  for (let after = ''; ; ) {
    const { body } = await ask<Cases>('GET', `${path}?limit=5${after}`);
    found.push(...body.cases);
    if (body.next === null) break;
    after = `&after=${body.next}`;
  }
  expect(found.map(({ id }) => id)).toEqual(run?.cases.map(({ id }) => id));
  expect(found[0]?.attempts).toEqual(JSON.parse(JSON.stringify(run?.cases[0]?.attempts)));
  const failed = await ask<Cases>('GET', `${path}?outcome=failed`);
  expect(failed.body.cases.map(({ id }) => id)).toEqual(
    run?.cases
      .filter(({ attempts }) => attempts.some(({ outcome }) => outcome === 'failed'))
      .map(({ id }) => id),
  );
  expect((await ask('GET', `${at}/${report.runId}/none/cases`)).status).toBe(404);
  expect((await ask('GET', `${path}?outcome=great`)).status).toBe(400);
});

test('a report is given as JSON, HTML, Markdown and JUnit, by the query or by what is accepted', async () => {
  const report = await keep(another());
  const path = `${at}/${report.runId}/report`;
  const seen = async (query: string, accept?: string) => {
    const response = await get(`${path}${query}`, accept ? { accept } : {});
    return [
      response.status,
      response.headers.get('content-type')?.split(';')[0],
      (await response.text()).slice(0, 15),
    ];
  };
  const html = [200, 'text/html', '<!doctype html>'];
  const junit = [200, 'application/xml', '<?xml version="'];
  expect(await seen('?format=html')).toEqual(html);
  expect(await seen('', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toEqual(html);
  expect(await seen('?format=junit')).toEqual(junit);
  expect(await seen('', 'application/xml')).toEqual(junit);
  expect((await seen('', 'text/markdown'))[1]).toBe('text/markdown');
  expect((await seen('?format=markdown', 'text/html'))[1]).toBe('text/markdown');
  expect((await seen('', '*/*'))[1]).toBe('application/json');
  expect((await seen('?format=exe'))[0]).toBe(400);
  const whole = (await (await get(`${path}?format=json`, {}, engineer)).json()) as EvalReport;
  expect(whole.runs.map(({ suite, cases }) => [suite, cases])).toEqual(
    JSON.parse(JSON.stringify(report.runs.map(({ suite, cases }) => [suite, cases]))),
  );
  expect((await ask('POST', at, { key: engineer, body: whole })).status).toBe(201);
  const one = (await (await get(`${path}?suite=support`)).json()) as EvalReport;
  expect(one.runs.map(({ suite }) => suite)).toEqual(['support']);
  expect((await get(`${at}/${randomUUID()}/report`)).status).toBe(404);
});

test('whole prompts are for those who may change them, and what was edited is for all who may read reports', async () => {
  const [sound, broken] = [await keep(another({ broken: false })), await keep(another({ broken: true }))];
  const prompt = Object.values(sound.runs[0]?.files ?? {})[0] ?? '';
  expect(prompt).not.toBe('');
  const admin = await giveKey(service.context, 'acme', { role: 'admin' });
  for (const path of [
    `${at}/${sound.runId}/report`,
    `${at}/compare?base=${sound.runId}&candidate=${broken.runId}`,
  ]) {
    const read = async (key: string) => (await ask<EvalReport>('GET', path, { key })).body;
    const shown = await read(member);
    expect(shown.runs.map(({ files }) => files)).toEqual(shown.runs.map(() => ({})));
    for (const key of [engineer, admin])
      expect((await read(key)).runs[0]?.files, path).toHaveProperty(['agents/triage.md']);
  }
  const compared = await ask<EvalReport>(
    'GET',
    `${at}/compare?base=${sound.runId}&candidate=${broken.runId}`,
  );
  expect(compared.body.comparisons[0]?.files[0]).toMatchObject({
    file: 'agents/triage.md',
    removed: [expect.any(String)],
  });
  for (const path of [`${at}/${sound.runId}`, `${at}/${sound.runId}/films-routing/cases`])
    expect((await ask('GET', path)).body, path).not.toHaveProperty('files');
});

test('a key that is held to one graph reads nothing of a suite whose cases ask others too', async () => {
  const report = another();
  const [run] = report.runs;
  if (!run) throw new Error('the report has no run');
  const files = { ...run.files, 'graphs/support.yaml': 'start: clerk' };
  const mixed = await keep({ ...report, runs: [{ ...run, files }], comparisons: [] });
  const paths = [
    `${at}/${mixed.runId}`,
    `${at}/${mixed.runId}/report`,
    `${at}/${mixed.runId}/${run.suite}/cases`,
    `${at}/compare?base=${mixed.runId}&candidate=${mixed.runId}`,
  ];
  const films = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['films'] });
  const both = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['films', 'support'] });
  for (const path of paths) {
    expect((await ask('GET', path, { key: films })).status, path).toBe(404);
    expect((await ask('GET', path, { key: both })).status, path).toBe(200);
  }
  const list = await ask<Page>('GET', `${at}?limit=200`, { key: films });
  expect(list.body.runs.map(({ run_id }) => run_id)).not.toContain(mixed.runId);
  expect((await ask('POST', at, { key: films, body: mixed })).status).toBe(403);
  expect((await ask('DELETE', `${at}/${mixed.runId}`, { key: films })).status).toBe(404);
});

test('the page of a report runs its own script and nothing that a report says', async () => {
  const attack = '</script><script>alert(1)</script><img src=x onerror=alert(1)><style>*{}</style>';
  const report = await keep(another({ cases: 3, answer: attack }));
  const response = await get(`${at}/${report.runId}/report?format=html`);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(
    /^sandbox allow-scripts; default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; /,
  );
  expect(policy).not.toContain('unsafe');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await response.text();
  expect(page).not.toContain('<img src=x');
  expect(page).not.toContain('<script>alert(1)');
  const inPage = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
  for (const [hash] of inPage.matchAll(/'sha256-[^']+'/g)) expect(policy).toContain(hash);
});

test('two kept runs are compared, whichever way they are shown', async () => {
  const [sound, broken] = [await keep(another({ broken: false })), await keep(another({ broken: true }))];
  const path = `${at}/compare?base=${sound.runId}&candidate=${broken.runId}`;
  const { status, body } = await ask<EvalReport>('GET', path);
  expect([status, body.exitCode, body.runId]).toEqual([200, 1, broken.runId]);
  const routing = body.comparisons.find(({ suite }) => suite === 'films-routing');
  expect(routing).toMatchObject({ verdict: 'regression', before: { label: sound.runId } });
  expect(routing?.lost.length).toBeGreaterThan(0);
  const back = await ask<EvalReport>('GET', `${at}/compare?base=${broken.runId}&candidate=${sound.runId}`);
  expect(back.body.comparisons.map(({ verdict }) => verdict)).not.toContain('regression');
  expect(await (await get(`${path}&format=markdown`)).text()).toContain('films-routing');
  const same = await ask<EvalReport>(
    'GET',
    `${at}/compare?base=${sound.runId}&candidate=${sound.runId}&suite=support`,
  );
  expect(same.body.comparisons).toMatchObject([{ suite: 'support', lost: [], won: [] }]);
  for (const query of ['', `?base=${sound.runId}`, `?base=x&candidate=${sound.runId}`])
    expect((await ask('GET', `${at}/compare${query}`)).status, query).toBe(400);
  expect((await ask('GET', `${at}/compare?base=${sound.runId}&candidate=${randomUUID()}`)).status).toBe(404);
  const runId = randomUUID();
  const alone = await keep({
    ...sound,
    runId,
    runs: sound.runs.slice(2).map((run) => ({ ...run, runId, suite: 'alone' })),
  });
  const nothing = await ask('GET', `${at}/compare?base=${sound.runId}&candidate=${alone.runId}`);
  expect([nothing.status, nothing.body.detail]).toEqual([422, 'The two runs have no suite in common.']);
});

test('what is no report is refused, and says where; one that is too large is not read', async () => {
  const report = another();
  const bad = await ask<{ errors: { path: string }[] }>('POST', at, {
    key: engineer,
    body: { ...report, runs: [{ ...report.runs[0], startedAt: 'today' }] },
  });
  expect([bad.status, bad.body.errors.map(({ path }) => path)]).toEqual([400, ['runs.0.startedAt']]);
  for (const body of [null, [], 'x', {}, { runs: { length: 1 } }])
    expect((await ask('POST', at, { key: engineer, body })).status, JSON.stringify(body)).toBe(400);
  const raw = (body: string) =>
    service.app.request(at, {
      method: 'POST',
      headers: { ...bearer(engineer), 'content-type': 'application/json' },
      body,
    });
  expect((await raw('{"__proto__":{},')).status).toBe(400);
  expect((await raw(JSON.stringify({ ...report, profile: 'a\u0000b' }))).status).toBe(400);
  expect((await raw(`${'['.repeat(100_000)}`)).status).toBe(400);
  const large = { ...report, notes: [{ suite: 'x', kind: 'note', text: 'x'.repeat(2 * 1024 * 1024) }] };
  expect((await raw(JSON.stringify(large))).status).toBe(201);
  expect((await raw(`"${'x'.repeat(17 * 1024 * 1024)}"`)).status).toBe(413);
});

test('who may not write does not, and another tenant or who is held to other graphs sees nothing', async () => {
  const report = await keep(another());
  const viewer = await giveKey(service.context, 'acme', { role: 'viewer' });
  const rival = await giveKey(service.context, 'rival', { role: 'admin' });
  const held = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['support'] });
  expect((await ask('POST', at, { key: member, body: report })).status).toBe(403);
  expect((await ask('DELETE', `${at}/${report.runId}`, { key: member })).status).toBe(403);
  expect((await ask('GET', at, { key: viewer })).status).toBe(403);
  const paths = [
    `${at}/${report.runId}`,
    `${at}/${report.runId}/report`,
    `${at}/${report.runId}/films-routing/cases`,
    `${at}/compare?base=${report.runId}&candidate=${report.runId}&suite=films-routing`,
  ];
  for (const path of paths) {
    expect((await ask('GET', path, { key: rival })).status, path).toBe(404);
    if (path !== paths[0] && path !== paths[1])
      expect((await ask('GET', path, { key: held })).status, path).toBe(404);
  }
  expect((await ask('DELETE', `${at}/${report.runId}`, { key: rival })).status).toBe(404);
  const { body } = await ask<{ suites: Row[] }>('GET', `${at}/${report.runId}`, { key: held });
  expect(body.suites.map(({ suite }) => suite)).toEqual(['support']);
  expect((await ask('POST', at, { key: held, body: report })).status).toBe(403);
  expect((await ask('POST', at, { key: held, body: another({ cases: 2 }) })).status).toBe(403);
  expect((await ask('POST', at, { key: rival, body: report })).status).toBe(201);
  expect((await ask<{ suites: Row[] }>('GET', `${at}/${report.runId}`)).body.suites).toHaveLength(3);
});

test('what is kept is deleted, whole or by the suite, and both stand in the audit', async () => {
  const report = await keep(another());
  const path = `${at}/${report.runId}`;
  expect((await ask('DELETE', `${path}?suite=support`, { key: engineer })).status).toBe(204);
  expect((await ask<{ suites: Row[] }>('GET', path)).body.suites).toHaveLength(2);
  expect((await ask('DELETE', `${path}?suite=support`, { key: engineer })).status).toBe(404);
  expect((await ask('DELETE', path, { key: engineer })).status).toBe(204);
  expect((await ask('GET', path)).status).toBe(404);
  const admin = await giveKey(service.context, 'acme', { role: 'admin' });
  const audit = await ask<{ rows: { action: string }[] }>(
    'GET',
    `/api/v1/audit?target=${report.runId}&outcome=ok`,
    { key: admin },
  );
  expect(audit.body.rows.map(({ action }) => action)).toEqual(['eval-delete', 'eval-delete', 'eval-keep']);
});
