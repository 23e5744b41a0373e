import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { runAb } from '../../../src/commands/eval/ab.ts';
import { compareReports } from '../../../src/commands/eval/compare.ts';
import { runFolder } from '../../../src/commands/eval/run-folder.ts';
import { CallerError, ConfigError } from '../../../src/errors.ts';
import { makeProject, type TempProject } from '../../support/temp-project.ts';
import { desk, evalsIn } from './desk-project.ts';

const seconds = 300_000;

async function openDesk(more: Record<string, string> = {}): Promise<TempProject> {
  const project = await makeProject({ ...desk, ...more });
  onTestFinished(project.remove);
  return project;
}

const triage = desk['agents/triage.md'];
const swapped = triage
  .replace('go to counting', 'go to stories, never to counting')
  .replace('You hand', 'You just hand');

test(
  'a broken sentence is a regression with its case, hop and sentence; rewording is none',
  async () => {
    const project = await openDesk();
    const evals = evalsIn(project.dir);

    const first = await evals.run();
    expect(first.exitCode).toBe(3);
    expect(first.told.replace(/\s+/g, ' ')).toContain('run "baton eval bless desk"');
    expect(await evals.bless()).toBe('evals/baselines/desk.offline.json: 3 of 3 cases pass\n');
    expect(await evals.run()).toMatchObject({ exitCode: 0, comparisons: [{ verdict: 'pass' }] });

    await project.write({ 'agents/triage.md': swapped });
    const broken = await evals.run();
    expect(broken.exitCode).toBe(1);
    const [comparison] = broken.comparisons;
    expect(comparison?.lost.map(({ id, hop, suspects }) => ({ id, hop, suspects }))).toEqual(
      ['count-films', 'count-actors'].map((id) => ({
        id,
        hop: { turn: 0, at: 1, from: 'triage', before: 'counting', after: 'stories' },
        suspects: ['agents/triage.md'],
      })),
    );
    for (const text of [
      'count-films',
      'triage',
      'counting',
      'go to stories, never to counting.',
      'go to counting.',
    ])
      expect(broken.told).toContain(text);

    const folder = runFolder(evals.config, broken.runId);
    const kept = JSON.parse(await readFile(path.join(folder, 'run.json'), 'utf8'));
    expect(kept).toMatchObject({ exitCode: 1, runs: [{ suite: 'desk' }] });
    expect(await readFile(path.join(folder, 'report.html'), 'utf8')).toContain('count-films');
    expect(await readFile(path.join(folder, 'junit.xml'), 'utf8')).toContain('<failure');
    expect(await readFile(path.join(folder, 'report.md'), 'utf8')).toContain('count-films');

    await project.write({
      'agents/triage.md': triage
        .replace('You hand every\nquestion on.', 'Hand on every question.')
        .replace('the mood', 'the tone or mood'),
    });
    expect(await evals.run()).toMatchObject({ exitCode: 0, comparisons: [{ verdict: 'pass', lost: [] }] });
  },
  seconds,
);

test(
  'two kept runs, two folders, two revisions of git and two graphs are held against each other',
  async () => {
    const project = await openDesk();
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: project.dir });
    await git('init', '-q');
    await git('add', '.');
    await git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'good');
    const evals = evalsIn(project.dir);
    await evals.run();
    await project.write({
      'agents/triage.md': swapped,
      'agents/clerk.md': swapped,
      'graphs/other.yaml': desk['graphs/desk.yaml'].replaceAll('triage', 'clerk'),
    });
    await evals.run();

    const compared = evals.around({});
    expect(await compareReports('last~1', 'last', compared)).toBe(1);
    expect(compared.output.text()).toContain('count-films');
    expect(await compareReports('last', 'last~1', evals.around({}))).toBe(0);
    await expect(compareReports('last~7', 'last', evals.around({}))).rejects.toThrow(CallerError);

    const ab = evals.around({});
    expect(await runAb(['HEAD', '.'], ['desk'], ab)).toBe(1);
    expect(ab.output.text()).toContain('go to stories, never to counting.');
    expect(await runAb(['.', 'HEAD'], ['desk'], evals.around({}))).toBe(0);
    expect(await runAb(['.', 'other'], ['desk'], evals.around({ case: ['mood'] }))).toBe(1);
    await expect(runAb(['no-such', '.'], [], evals.around({}))).rejects.toThrow(
      '"no-such" is neither a folder, a graph of the project, nor a revision of git.',
    );
  },
  seconds,
);

test(
  'what is picked is held against the same of the baseline',
  async () => {
    const project = await openDesk();
    const evals = evalsIn(project.dir);
    await evals.run();
    await evals.bless();
    const picked = await evals.run(['desk'], { case: ['count-*'], repeat: 2 });
    expect(picked.told).toContain('desk, asked 2 times: pass@1 100 %, pass@2 100 %, pass^2 100 %');
    expect(picked).toMatchObject({
      exitCode: 0,
      runs: [{ repeats: 2, cases: [{ attempts: [{}, {}] }, {}] }],
    });
    expect(picked.comparisons[0]?.cases).toEqual({ same: 2, changed: [], added: [], removed: [] });
  },
  seconds,
);

test(
  'mistakes in suites, names and profiles are told before anything runs',
  async () => {
    const project = await openDesk({ 'evals/other.yaml': 'graph: desk\ncases:\n  - ask: Hello\n' });
    const evals = evalsIn(project.dir);
    await expect(evals.run()).rejects.toThrow(/evals\/other\.yaml:3: /);
    await expect(evals.run(['dask'])).rejects.toThrow(/dask/);
    await expect(evals.run(['desk'], { tag: ['none'] })).rejects.toThrow('No case has the tag "none".');
    await expect(evals.run(['desk'], { profile: 'none' })).rejects.toThrow(ConfigError);
    await expect(evals.run(['desk'], { model: ['loud=openai:gpt-4.1'] })).rejects.toThrow(
      '--model loud=openai:gpt-4.1',
    );
  },
  seconds,
);

test(
  'a run that is not whole, or of other files, cannot be blessed',
  async () => {
    const project = await openDesk();
    const evals = evalsIn(project.dir);
    await expect(evals.bless()).rejects.toThrow('No run of evals is kept here: baton eval.');
    await evals.run();
    await expect(evals.bless(['other'])).rejects.toThrow('The run has no suite other');
    await project.write({ 'agents/triage.md': swapped });
    await expect(evals.bless()).rejects.toThrow('agents/triage.md was changed after its run');
  },
  seconds,
);

test(
  'an interrupted run says so and compares nothing for certain',
  async () => {
    const project = await openDesk();
    const evals = evalsIn(project.dir);
    const { runEvals } = await import('../../../src/commands/eval/run-evals.ts');
    const controller = new AbortController();
    const options = evals.around({ repeat: 200 }, controller.signal);
    const running = runEvals([], options);
    await expect.poll(() => options.progress.text(), { timeout: 60_000 }).toMatch(/10 %/);
    controller.abort();
    const report = await running;
    expect(report.exitCode).toBe(130);
    expect(report.runs[0]).toMatchObject({ interrupted: true });
  },
  seconds,
);

test(
  'replies are recorded, replayed without a model, and a changed prompt makes the recordings stale',
  async () => {
    const project = await openDesk();
    const evals = evalsIn(project.dir);
    await evals.run([], { cassettes: 'record' });
    await evals.bless();
    expect(await evals.run([], { cassettes: 'replay' })).toMatchObject({ exitCode: 0 });
    await project.write({
      'agents/triage.md': triage.replace('You hand every question on.', 'You pass every question on.'),
    });
    const stale = await evals.run([], { cassettes: 'replay' });
    expect(stale.exitCode).toBe(3);
    expect(stale.runs[0]?.cases.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([
      'stale',
      'stale',
      'stale',
    ]);
    expect(stale.told).toContain('You pass every question on.');
  },
  seconds,
);
