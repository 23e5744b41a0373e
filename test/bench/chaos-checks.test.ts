import { expect, test } from 'vitest';
import { checkHistories, checkJoins, checkStreams } from '../../bench/chaos/check-clients.ts';
import { checkEffects } from '../../bench/chaos/check-effects.ts';
import { checkLeftovers } from '../../bench/chaos/check-rest.ts';
import { checkAcceptance, checkEnds, checkLog, checkOrder } from '../../bench/chaos/check-turns.ts';
import { type Evidence, replayKey, type Verdict } from '../../bench/chaos/evidence.ts';
import { answerText, question } from '../../bench/chaos/script.ts';
import type { TurnRecord } from '../../bench/chaos/turn-record.ts';

const checks = [
  checkAcceptance,
  checkEnds,
  checkOrder,
  checkEffects,
  checkLog,
  checkStreams,
  checkJoins,
  checkHistories,
  checkLeftovers,
];

/** Which checks find something. */
function found(change: (evidence: Evidence) => void): string[] {
  const evidence = madeEvidence();
  change(evidence);
  const verdicts: Verdict[] = checks.map((check) => check(evidence));
  return verdicts.filter(({ violations }) => violations.length > 0).map(({ check }) => check);
}

const log = ({ ledger }: Evidence) => ledger.logs.get('thread') ?? [];
const messages = (evidence: Evidence) => evidence.messages.get('thread') ?? [];
const record = ({ records }: Evidence, at: number) => records[at] as TurnRecord; // there are two

test('where everything is as promised, nothing is found', () => {
  expect(found(() => undefined)).toEqual([]);
});

test.for<[string, (evidence: Evidence) => void, string]>([
  ['a turn that is lost', ({ ledger }) => void ledger.runs.pop(), 'every turn accepted once'],
  [
    'a turn that runs twice',
    ({ ledger }) => void ledger.runs.push(...ledger.runs),
    'every turn accepted once',
  ],
  ['a run without an end', (all) => void log(all).pop(), 'every turn ended once'],
  [
    'a wrong answer',
    (all) => Object.assign(log(all).at(-1) ?? {}, { answer: { id: 'b2', content: 'no' } }),
    'every turn ended once',
  ],
  [
    'turns in another order',
    (all) => Object.assign(record(all, 1), { acceptedAt: 1, invokedAt: 0 }),
    'turns in the order of acceptance, one at a time',
  ],
  [
    'a row written twice',
    ({ ledger }) => void ledger.notes.push(...ledger.notes),
    'no effect doubled, none missing',
  ],
  ['a row that is missing', ({ ledger }) => void ledger.notes.pop(), 'no effect doubled, none missing'],
  [
    'a charge made twice',
    ({ deliveries }) => void deliveries.push(...deliveries),
    'no effect doubled, none missing',
  ],
  ['an event that is missing', (all) => void log(all).splice(1, 1), 'the log without gaps'],
  [
    'a token that comes twice',
    (all) => Object.assign(log(all)[1] ?? {}, { text: 'twice' }),
    'the log without gaps',
  ],
  [
    'a frame that a client lost',
    (all) => void record(all, 0).watchings[0]?.frames.shift(),
    'streams whole over reconnects',
  ],
  [
    'a frame that a client got twice',
    (all) => void record(all, 0).watchings[0]?.frames.push({ id: '2', event: 'b', data: '2' }),
    'streams whole over reconnects',
  ],
  [
    'an error that is not in the log',
    (all) => void record(all, 0).watchings[0]?.frames.push({ event: 'error', data: '{}' }),
    'streams whole over reconnects',
  ],
  [
    'a join without the answer',
    (all) => Object.assign(record(all, 1), { joined: { messages: [] } }),
    'who waited got the answer',
  ],
  ['a call without an answer', (all) => void messages(all).splice(2, 1), 'histories valid'],
  ['a question that is forgotten', (all) => void messages(all).shift(), 'histories valid'],
  [
    'a run that the queue still has',
    ({ ledger }) => void ledger.jobs.push({ id: 'r', state: 'retry', name: 'run' }),
    'nothing left behind',
  ],
  [
    'a thread that stays busy',
    ({ ledger }) => Object.assign(ledger.threads[0] ?? {}, { status: 'busy' }),
    'nothing left behind',
  ],
])('%s is found', ([, change, check]) => {
  expect(found(change)).toContain(check);
});

/** Two turns of one thread, the first of which notes and charges. */
function madeEvidence(): Evidence {
  const frames = () => [
    { id: '1', event: 'a', data: '1' },
    { id: '2', event: 'b', data: '2' },
  ];
  const made = (label: string, runId: string, times: Partial<TurnRecord>): TurnRecord => ({
    label,
    threadId: 'thread',
    plan: label === 't1' ? [['note', 'charge']] : [],
    invokedAt: 0,
    runId,
    posts: 1,
    cancelled: false,
    watchings: [],
    ...times,
  });
  const watching = {
    client: 'fetch',
    modes: ['values'],
    frames: frames(),
    returns: 1,
    gaveUp: 0,
    ended: true,
  } as const;
  const first = made('t1', 'r1', {
    invokedAt: 10,
    acceptedAt: 20,
    watchings: [{ ...watching, modes: ['values'] }],
  });
  const second = made('t2', 'r2', {
    invokedAt: 30,
    acceptedAt: 40,
    joined: { messages: [{ content: answerText('t2') }] },
  });
  const events = [...eventsOf('t1', 'r1', 'b1', 1), ...eventsOf('t2', 'r2', 'b2', 4)];
  const row = (label: string, run_id: string) => ({
    run_id,
    metadata: { label },
    status: 'success',
    attempt: 1,
    crashes: 0,
  });
  return {
    records: [first, second],
    ledger: {
      runs: [row('t1', 'r1'), row('t2', 'r2')],
      threads: [{ thread_id: 'thread', status: 'idle', last_seq: 6, owner: null }],
      logs: new Map([['thread', events]]),
      notes: [{ what: 't1/0/note', run_id: 'r1', call_key: 'k1' }],
      jobs: [],
    },
    deliveries: [{ what: 't1/0/charge', key: 'k2', runId: 'r1' }],
    replays: new Map([[replayKey('r1', ['values']), frames()]]),
    messages: new Map([
      [
        'thread',
        [
          { type: 'human', id: 'h1', content: question('t1', first.plan) },
          { type: 'ai', id: 'a1', content: '', tool_calls: [callOf('c1', 'note'), callOf('c2', 'charge')] },
          { type: 'tool', id: 'x1', content: '', tool_call_id: 'c1', status: 'success' },
          { type: 'tool', id: 'x2', content: '', tool_call_id: 'c2', status: 'success' },
          { type: 'ai', id: 'b1', content: answerText('t1') },
          { type: 'human', id: 'h2', content: question('t2', []) },
          { type: 'ai', id: 'b2', content: answerText('t2') },
        ],
      ],
    ]),
    troubles: [],
  } as unknown as Evidence; // rows and events have more fields, which no check reads
}

const callOf = (id: string, work: string) => ({ id, args: { what: `t1/0/${work}` } });

function eventsOf(label: string, runId: string, id: string, seq: number): object[] {
  return [
    { type: 'turn-start', attempt: 1, runId, seq },
    { type: 'text-delta', messageId: id, text: answerText(label), runId, seq: seq + 1 },
    { type: 'turn-end', answer: { id, content: answerText(label) }, runId, seq: seq + 2 },
  ];
}
