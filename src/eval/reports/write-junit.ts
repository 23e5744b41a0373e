import builder, { type Builder, type TestCase, type TestSuite } from 'junit-report-builder';
import type { CaseChange, Comparison, EvalReport } from '../comparison.ts';
import type { CaseRun, SuiteRun } from '../suite-run.ts';
import { failedScores, isBroken, tellingAttempt } from './findings.ts';
import { transcriptText } from './transcript-text.ts';

/**
 * The report as JUnit XML, as CI servers read it: a test suite a suite, a test case a case, `time` in seconds. A case with an attempt that
 * failed is a failure with what its scorers say and the diff of its transcripts; one that has only errored attempts is an error; a stale one, and a suite
 * that cannot run here, are skipped. Characters that XML does not allow are left out.
 */
export function writeJunit(report: EvalReport): string {
  const whole = builder as unknown as Builder; // its types are those of an ES module, and Node imports the other one
  const root = whole.newBuilder().name('baton eval');
  for (const run of report.runs) {
    const comparison = report.comparisons.find(({ suite }) => suite === run.suite);
    addSuite(root.testSuite(), run, comparison);
  }
  for (const { suite, text } of report.notes.filter(({ kind }) => kind === 'skipped')) {
    const skipped = root.testSuite().name(legal(suite)).testCase();
    skipped.className(legal(suite)).name('suite').standardOutput(legal(text)).skipped();
  }
  return root.build();
}

function addSuite(suite: TestSuite, run: SuiteRun, comparison: Comparison | undefined): void {
  suite.name(legal(run.suite)).timestamp(run.startedAt.slice(0, 19)).time(seconds(run));
  suite.property('profile', legal(run.profile)).property('version', legal(run.version));
  if (comparison) suite.property('verdict', comparison.verdict);
  const changes = new Map(
    [...(comparison?.gates ?? []), ...(comparison?.lost ?? [])].map((change) => [change.id, change]),
  );
  for (const one of run.cases) addCase(suite.testCase(), run.suite, one, changes.get(one.id));
}

function addCase(test: TestCase, suite: string, one: CaseRun, change: CaseChange | undefined): void {
  const attempt = tellingAttempt(one);
  const took = one.attempts
    .flatMap(({ transcript }) => transcript.turns)
    .reduce((total, { measures }) => total + (measures.milliseconds ?? 0), 0);
  test
    .className(legal(suite))
    .name(legal(one.id))
    .time(took / 1_000);
  if (!attempt || one.attempts.every(({ outcome }) => outcome === 'stale')) {
    test.skipped();
    if (attempt?.error) test.standardOutput(legal(attempt.error));
  } else if (attempt.outcome === 'failed') {
    const whys = failedScores(attempt).map(({ score }) => `${score.scorer}: ${score.why ?? score.value}`);
    const text = transcriptText(change?.beforeAttempt ?? null, change?.afterAttempt ?? attempt);
    const kind = change && change.after < (change.before ?? 0) ? 'regression' : one.gate ? 'gate' : 'failed';
    test
      .failure(legal(whys.join('\n')), kind)
      .stacktrace(legal([...one.asks, ...whys, '', ...text].join('\n')));
  } else if (one.attempts.every(isBroken)) {
    test.error(legal(attempt.error ?? 'errored'), attempt.outcome);
  }
}

function seconds({ startedAt, endedAt }: SuiteRun): number {
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000;
}

/** What XML 1.0 allows (section 2.2), with the end of a CDATA section taken apart. */
function legal(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(']]>', ']] >');
}
