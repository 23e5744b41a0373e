import { type Evidence, endedWell, endOf, replayKey, type Verdict } from './evidence.ts';
import type { ThreadMessage } from './read-again.ts';
import { answerText, question } from './script.ts';
import type { SeenFrame, TurnRecord, Watching } from './turn-record.ts';

/** What each client saw, over all its connections, is what one who asks now gets: no frame lost, none twice. */
export function checkStreams({ records, replays }: Evidence): Verdict {
  let cases = 0;
  const violations: string[] = [];
  for (const record of records) {
    for (const watching of record.watchings) {
      cases += 1;
      const whole = replays.get(replayKey(record.runId ?? '', watching.modes)) ?? [];
      const wrong = differenceOf(watching.frames, whole) ?? disorderOf(whole);
      if (wrong) violations.push(`${about(record, watching)}: ${wrong}`);
    }
  }
  return { check: 'streams whole over reconnects', cases, violations };
}

function about({ label, runId, threadId }: TurnRecord, { client, modes, returns }: Watching): string {
  return `${label} (run ${runId}, thread ${threadId}, ${client}, ${modes.join('+')}, came back ${returns} times)`;
}

function differenceOf(seen: SeenFrame[], whole: SeenFrame[]): string | undefined {
  if (whole.length === 0) return 'the log has nothing of it';
  const nameless = seen.find(({ id }) => id === undefined);
  if (nameless) return `a frame that is not in the log: ${show(nameless)}`;
  for (let at = 0; at < Math.max(seen.length, whole.length); at++) {
    const [mine, theirs] = [seen[at], whole[at]];
    if (mine?.id === theirs?.id && mine?.event === theirs?.event && mine?.data === theirs?.data) continue;
    return `frame ${at} of ${seen.length}: saw ${show(mine)}, the log has ${show(theirs)} (of ${whole.length})`;
  }
  return undefined;
}

function disorderOf(frames: SeenFrame[]): string | undefined {
  const places = frames.map(({ id = '' }) => {
    const [seq, index = '999999999'] = id.split('.');
    return Number(seq) * 1e9 + Number(index);
  });
  const at = places.findIndex((place, index) => place <= (places[index - 1] ?? -1));
  return at < 0 ? undefined : `the ids do not count up at ${frames[at]?.id}`;
}

function show(frame: SeenFrame | undefined): string {
  if (!frame) return 'nothing';
  const data =
    frame.data.length > 300 ? `${frame.data.slice(0, 140)} … ${frame.data.slice(-140)}` : frame.data;
  return `${frame.id} ${frame.event} ${data}`;
}

/** Who waited for the end got the state with the answer. */
export function checkJoins(evidence: Evidence): Verdict {
  const joined = evidence.records.filter((record) => record.joined !== undefined);
  const violations = joined.flatMap((record) => {
    if (!endedWell(evidence, record)) return [];
    const { messages } = record.joined as { messages?: ThreadMessage[] }; // LangGraph's values
    const said = messages?.at(-1)?.content;
    if (said === answerText(record.label)) return [];
    return [`${record.label} (run ${record.runId}): ${JSON.stringify(record.joined).slice(0, 300)}`];
  });
  return { check: 'who waited got the answer', cases: joined.length, violations };
}

/** What a thread remembers is what was asked, in order, and every call is answered once, right after it was made. */
export function checkHistories(evidence: Evidence): Verdict {
  const { messages, records, ledger } = evidence;
  const violations = [...messages].flatMap(([threadId, thread]) => {
    const wrong = wrongInHistory(thread, isCut(evidence, threadId));
    const asked = thread.filter(({ type }) => type === 'human').map(({ content }) => String(content));
    const order = new Map((ledger.logs.get(threadId) ?? []).map(({ runId, seq }) => [runId, seq]));
    const turns = records.filter((record) => record.threadId === threadId);
    const due = turns
      .toSorted((a, b) => (order.get(a.runId ?? '') ?? 0) - (order.get(b.runId ?? '') ?? 0))
      .filter((record) => endedWell(evidence, record))
      .map(({ label, plan }) => question(label, plan));
    const kept = asked.filter((text) => due.includes(text));
    if (kept.join('\n') !== due.join('\n')) wrong.push(`it remembers ${kept.join(' ')} of ${due.join(' ')}`);
    return wrong.map((what) => `thread ${threadId}: ${what}`);
  });
  return { check: 'histories valid', cases: messages.size, violations };
}

/** Whether the last turn of a thread was cut short: it may leave calls open, which the next turn answers. */
function isCut(evidence: Evidence, threadId: string): boolean {
  const last = evidence.ledger.logs.get(threadId)?.findLast(({ type }) => type === 'turn-start');
  const record = evidence.records.find(({ runId }) => runId === last?.runId);
  return record !== undefined && endOf(evidence, record)?.type === 'turn-error';
}

function wrongInHistory(thread: ThreadMessage[], cut: boolean): string[] {
  const wrong: string[] = [];
  const ids = thread.map(({ id }) => id);
  if (new Set(ids).size < ids.length) wrong.push('two messages have one id');
  for (const [at, { tool_calls = [] }] of thread.entries()) {
    const asked = tool_calls.map(({ id }) => id);
    const answers = thread.slice(at + 1, at + 1 + asked.length).map(({ tool_call_id }) => tool_call_id);
    const isLast = thread.slice(at + 1).every(({ type }) => type === 'tool');
    if (asked.join() !== answers.join() && !(cut && isLast))
      wrong.push(`calls ${asked} have answers ${answers}`);
  }
  const questions = thread.filter(({ type }) => type === 'human').map(({ content }) => String(content));
  if (new Set(questions).size < questions.length) wrong.push('a question stands there twice');
  return wrong;
}
