import { isLast, type LoggedEvent } from '../../src/turn-event.ts';
import { type Evidence, eventsOf, type Verdict } from './evidence.ts';
import { answerText } from './script.ts';
import type { TurnRecord } from './turn-record.ts';

/** Every turn that was posted is one run, whatever was lost on the way of the answer. */
export function checkAcceptance({ records, ledger }: Evidence): Verdict {
  const violations = records.flatMap(({ label, runId, failure }) => {
    const runs = ledger.runs.filter(({ metadata }) => metadata.label === label).map(({ run_id }) => run_id);
    if (failure) return [`${label} (run ${runId}): ${failure}`];
    if (runs.length === 1 && runs[0] === runId) return [];
    return [`${label}: its client knows run ${runId}, the database has ${runs.join(', ') || 'none'}`];
  });
  const known = new Set(records.map(({ label }) => label));
  const strange = ledger.runs.filter(({ metadata }) => !known.has(String(metadata.label)));
  violations.push(...strange.map(({ run_id }) => `nobody posted run ${run_id}`));
  return { check: 'every turn accepted once', cases: records.length, violations };
}

/** Every run ends once, in the log and in its row, and for a reason that there was. */
export function checkEnds(evidence: Evidence): Verdict {
  const { records, ledger } = evidence;
  const violations = records.flatMap((record) => {
    const { label, threadId, runId } = record;
    const events = eventsOf(evidence, threadId, runId);
    const ends = events.filter(isLast);
    const row = ledger.runs.find(({ run_id }) => run_id === runId);
    const said = `${label} (run ${runId}, thread ${threadId}, ${row?.status}, attempt ${row?.attempt})`;
    if (ends.length !== 1) return [`${said} has ${ends.length} last events: ${brief(events)}`];
    if (!ends[0] || events.at(-1) !== ends[0]) return [`${said} goes on after its end: ${brief(events)}`];
    if (row?.status === 'pending' || row?.status === 'running') return [`${said} ended and is ${row.status}`];
    const bad = whyBad(record, ends[0], row?.crashes ?? 0);
    return bad ? [`${said} ${bad}`] : [];
  });
  return { check: 'every turn ended once', cases: records.length, violations };
}

function whyBad({ label, cancelled }: TurnRecord, end: LoggedEvent, crashes: number): string | undefined {
  if (end.type === 'turn-end') {
    return end.answer.content === answerText(label) ? undefined : `answered ${end.answer.content}`;
  }
  if (end.type !== 'turn-error') return `ended with ${end.type}`;
  if (end.error === 'cancelled' && cancelled) return undefined;
  if (/begun 3 times/.test(end.message) && crashes > 3) return undefined;
  return `ended with ${end.error}: ${end.message}`;
}

/** Turns of a thread come in the order in which they were accepted, each when the one before is over. */
export function checkOrder(evidence: Evidence): Verdict {
  const { records, ledger } = evidence;
  const violations = [...ledger.logs].flatMap(([threadId, log]) => {
    const spans = spansOf(log);
    const place = new Map(spans.map(({ runId }, at) => [runId, at]));
    const began = records.filter(({ runId }) => place.has(runId ?? ''));
    const wrong = [
      ...overlaps(spans),
      ...inversions(
        began.filter((one) => one.threadId === threadId),
        place,
      ),
    ];
    return wrong.map((what) => `thread ${threadId}: ${what}`);
  });
  return { check: 'turns in the order of acceptance, one at a time', cases: ledger.logs.size, violations };
}

interface Span {
  runId: string;
  first: number;
  last: number;
}

function overlaps(spans: Span[]): string[] {
  return spans.flatMap(({ runId, last }, at) => {
    const next = spans[at + 1];
    return next && next.first < last ? [`runs ${runId} and ${next.runId} overlap`] : [];
  });
}

/** Turns that were posted when another was accepted already, and began before it. */
function inversions(turns: TurnRecord[], place: Map<string, number>): string[] {
  const placeOf = ({ runId }: TurnRecord) => place.get(runId ?? '') ?? 0;
  return turns.flatMap((after) =>
    turns
      .filter(({ acceptedAt = Number.POSITIVE_INFINITY }) => acceptedAt < after.invokedAt)
      .filter((before) => placeOf(before) > placeOf(after))
      .map((before) => `${after.label} came before ${before.label}`),
  );
}

/** From where to where each run that began reaches in its thread's log, in the order of their beginnings. */
function spansOf(log: LoggedEvent[]): Span[] {
  const spans = new Map<string, Span>();
  for (const { type, runId, seq } of log) {
    const span = spans.get(runId);
    if (span) span.last = seq;
    else if (type === 'turn-start') spans.set(runId, { runId, first: seq, last: seq });
  }
  return [...spans.values()];
}

/** The log of a thread counts from 1 without gaps; attempts count up; the deltas of an answer are the answer. */
export function checkLog({ ledger }: Evidence): Verdict {
  const violations: string[] = [];
  for (const { thread_id: threadId, last_seq } of ledger.threads) {
    const log = ledger.logs.get(threadId) ?? [];
    const gap = log.find(({ seq }, at) => seq !== at + 1);
    if (gap) violations.push(`thread ${threadId}: the log has a gap before ${gap.seq}`);
    if (last_seq !== log.length) {
      violations.push(`thread ${threadId}: last_seq is ${last_seq}, the log has ${log.length}`);
    }
    for (const runId of new Set(log.map((event) => event.runId))) {
      const events = log.filter((event) => event.runId === runId);
      violations.push(...wrongInRun(events).map((wrong) => `run ${runId} of thread ${threadId}: ${wrong}`));
    }
  }
  return { check: 'the log without gaps', cases: ledger.threads.length, violations };
}

function wrongInRun(events: LoggedEvent[]): string[] {
  const attempts = events.flatMap((event) => (event.type === 'turn-start' ? [event.attempt] : []));
  const wrong = attempts.some((attempt, at) => attempt <= (attempts[at - 1] ?? 0))
    ? [`attempts ${attempts.join(', ')}`]
    : [];
  const end = events.at(-1);
  if (end?.type !== 'turn-end') return wrong;
  const said = events
    .map((event) => (event.type === 'text-delta' && event.messageId === end.answer.id ? event.text : ''))
    .join('');
  return said === end.answer.content ? wrong : [...wrong, `the deltas of the answer say ${said}`];
}

function brief(events: LoggedEvent[]): string {
  const words = events.filter(({ type }) => type !== 'text-delta').map(({ seq, type }) => `${seq} ${type}`);
  return words.slice(-12).join(', ');
}
