import type { Json, JsonObject } from '../../message.ts';
import type { ExpectedCall, ExpectedCalls } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import type { SeenCall } from '../transcript.ts';
import { type CallLikeness, compareCall } from './calls/compare-call.ts';
import { type Pair, pairInAnyOrder, pairInOrder } from './calls/pair-calls.ts';

/**
 * Scores which tools were called, and with which arguments: expected calls and calls that were made are paired one to one so that they agree
 * best. The value is the sum of the pairs' likenesses over the calls that count: the mean of both numbers with `exact` (as F1 is), the expected
 * ones with `contains`, those that were made with `within`. Calls that failed or were refused count as made. Passed is what has a partner
 * and agrees in full: all calls with `exact`, the expected ones with `contains`, those that were made with `within`.
 */
export async function scoreCalls(
  { calls: expected, mode, ordered }: ExpectedCalls,
  { turn }: Seen,
): Promise<Score[]> {
  const table = await Promise.all(
    expected.map((call) => Promise.all(turn.calls.map((seen) => compareCall(seen, call)))),
  );
  const likenesses = table.map((row) => row.map(({ likeness }) => likeness));
  const pairs = ordered ? pairInOrder(likenesses) : pairInAnyOrder(likenesses);
  const found = tell(pairs, table, expected, turn.calls);
  const sum = pairs.reduce((total, [row, column]) => total + (likenesses[row]?.[column] ?? 0), 0);
  const counts = { exact: (expected.length + turn.calls.length) / 2, contains: expected.length };
  const count = mode === 'within' ? turn.calls.length : counts[mode];
  const faults = faultsOf(found, mode);
  const details = { ...found, mode, ordered };
  const score = {
    scorer: 'calls',
    value: count === 0 ? 1 : sum / count,
    passed: faults.length === 0,
    details,
  };
  return [faults.length === 0 ? score : { ...score, why: faults.join(' ') }];
}

type Shown = { name: string; agent: string; args: JsonObject };
type Found = {
  matched: (Shown & { wrong: { argument: string; right: Json }[] })[];
  missing: { name: string; agent: string | null; args: ExpectedCall['args'] }[];
  surplus: Shown[];
};

function tell(pairs: Pair[], table: CallLikeness[][], expected: ExpectedCall[], seen: SeenCall[]): Found {
  const rows = new Set(pairs.map(([row]) => row));
  const columns = new Set(pairs.map(([, column]) => column));
  const matched = pairs.flatMap(([row, column]) => {
    const call = seen[column];
    const wrong = table[row]?.[column]?.wrong ?? [];
    const right = (argument: string) => expected[row]?.args[argument] ?? null;
    return call
      ? [{ ...shown(call), wrong: wrong.map((argument) => ({ argument, right: right(argument) })) }]
      : [];
  });
  return {
    matched,
    missing: expected
      .filter((_, row) => !rows.has(row))
      .map(({ name, agent = null, args }) => ({ name, agent, args })),
    surplus: seen.filter((_, column) => !columns.has(column)).map(shown),
  };
}

function shown({ name, agent, args }: SeenCall): Shown {
  return { name, agent, args };
}

function faultsOf({ matched, missing, surplus }: Found, mode: ExpectedCalls['mode']): string[] {
  const wrong = matched.flatMap((call) =>
    call.wrong.map(
      ({ argument, right }) =>
        `${call.name} was called with ${argument} = ${short(call.args[argument])} where ${anyOf(right)} was expected.`,
    ),
  );
  const absent = missing.map(
    ({ name, agent, args }) => `${name}${asked(args)} was not called${agent ? ` by ${agent}` : ''}.`,
  );
  const uncalled = surplus.map(
    ({ name, args }) => `${name}(${short(args)}) was called, and should not have been.`,
  );
  return [...wrong, ...(mode === 'within' ? [] : absent), ...(mode === 'contains' ? [] : uncalled)];
}

function asked(args: ExpectedCall['args']): string {
  const parts = Object.entries(args).map(([name, right]) => `${name} = ${right ? anyOf(right) : 'anything'}`);
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

function anyOf(right: Json): string {
  return Array.isArray(right) ? right.map(short).join(' or ') : short(right);
}

const longest = 120;

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
}
