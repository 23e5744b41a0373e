import { DOMParser } from 'linkedom';
import { expect, test } from 'vitest';
import { writeJunit } from '../../../src/eval/reports/write-junit.ts';
import { hostile } from '../support/hostile.ts';
import { makeReport } from '../support/make-report.ts';

function parse(xml: string) {
  return new DOMParser().parseFromString(xml, 'text/xml');
}

test('a suite is a test suite, a case a test case, with its failure, error or reason to be skipped', () => {
  const report = makeReport({ cases: 24 });
  const stale = report.runs[2]?.cases[0]?.attempts[0];
  if (stale) Object.assign(stale, { outcome: 'stale', error: 'Nothing is recorded for the first request.' });
  const xml = parse(writeJunit(report));
  const suites = xml.querySelectorAll('testsuite');
  expect([...suites].map((one) => one.getAttribute('name'))).toEqual([
    'films-routing',
    'films-search',
    'support',
    'banking',
  ]);
  expect(suites[0]?.getAttribute('tests')).toBe('24');
  const failure = xml.querySelector('testcase[name="count-0"] failure');
  expect(failure?.getAttribute('type')).toBe('regression');
  expect(failure?.getAttribute('message')).toContain('routing: It is for sql, and search took it.');
  expect(failure?.textContent).toContain('+ triage → search');
  expect(suites[1]?.querySelector('testcase[name="find-1"] error')?.getAttribute('message')).toBe(
    'The model did not answer within 30 s.',
  );
  expect(suites[2]?.querySelector('testcase[name="find-0"] skipped')).not.toBeNull();
  expect(suites[2]?.querySelector('testcase[name="find-0"] system-out')?.textContent).toContain(
    'is recorded',
  );
  expect(suites[3]?.querySelector('skipped')).not.toBeNull();
});

test('whatever an answer says, the XML holds only characters and sections that XML allows', () => {
  const text = writeJunit(makeReport({ cases: 4, answer: hostile.repeat(2) }));
  expect(text).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const count = (sign: RegExp) => text.match(sign)?.length ?? 0;
  expect(count(/\]\]>/g)).toBe(count(/<(?:failure|system-out)\b/g));
  expect(parse(text).querySelectorAll('testcase')).toHaveLength(13);
});
