import type { Json } from '../../message.ts';
import type { Expectation, ExpectedCall, ExpectedCalls, ExpectedRanking } from '../expectation.ts';
import type { CheckedCalls, WrittenCall } from './call-schema.ts';
import { criteriaOf } from './criteria-of.ts';
import type { CheckedExpectation } from './expectation-schema.ts';
import { listed, present } from './kinds.ts';

/** What an expectation as people write it means. */
export function resolveExpectation(written: CheckedExpectation): Expectation {
  const { path, takenBy, calls, sql, rows, cites, matches, safe, state, judges, within } = written;
  const ranking = written.retrieval ?? written.documents;
  return {
    ...(path && { path: resolvePath(path) }),
    ...(takenBy && { takenBy: listed(takenBy) }),
    ...(calls && { calls: resolveCalls(calls) }),
    ...(sql && { sql: resolveSql(sql) }),
    ...(rows && { rows: Array.isArray(rows) ? { rows, ordered: false } : rows }),
    ...(ranking && { retrieval: resolveRanking(ranking) }),
    ...(cites && { cites: resolveCites(cites) }),
    ...resolvePlain(written),
    ...(matches && { matches: listed(matches) }),
    ...(safe && { safe: resolveSafety(safe) }),
    ...(state && { state: listed(state) }),
    ...(judges && { judges: listed(judges).map(resolveJudge) }),
    ...(within && { within: resolveLimits(within) }),
  };
}

/** Groundedness that is not asked for is not scored. */
function resolvePlain({ facts, not, grounded, schema, refuses }: CheckedExpectation): Expectation {
  return {
    ...((facts ?? not) && { facts: { all: listed(facts).map(listed), none: listed(not) } }),
    ...(grounded && { grounded }),
    ...(schema && { schema }),
    ...(refuses !== undefined && { refuses }),
  };
}

type Written<Key extends keyof CheckedExpectation> = NonNullable<CheckedExpectation[Key]>;

function resolvePath(written: Written<'path'>): NonNullable<Expectation['path']> {
  return Array.isArray(written) ? { any: [written], mode: 'strict' } : present(written);
}

function resolveCalls(written: CheckedCalls): ExpectedCalls {
  if (Array.isArray(written)) return { calls: written.map(resolveCall), mode: 'contains', ordered: false };
  const { exactly, contains, within, ordered } = written;
  const mode = exactly ? 'exact' : contains ? 'contains' : 'within';
  return { calls: (exactly ?? contains ?? within ?? []).map(resolveCall), mode, ordered };
}

function resolveCall(written: WrittenCall): ExpectedCall {
  if (typeof written === 'string') return { name: written, args: {} };
  const { by, ...tools } = written;
  const [[name, args] = ['', null]] = Object.entries(tools);
  const given = typeof args === 'object' && args !== null ? args : {};
  const wanted = Object.entries(given).map(([arg, value]) => [arg, valuesOf(value)]);
  return { name, args: Object.fromEntries(wanted), ...(by && { agent: by }) };
}

/** The values that are right; null: anything is. */
function valuesOf(written: Json): Json[] | null {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return [written];
  const [key, ...more] = Object.keys(written);
  if (more.length > 0) return [written];
  if (key === 'anything') return null;
  return key === 'anyOf' ? listed<Json>(written.anyOf) : [written];
}

function resolveSql(written: Written<'sql'>): NonNullable<Expectation['sql']> {
  if (typeof written === 'string') return { gold: [written], ordered: false };
  return present({ ...written, gold: listed(written.gold) });
}

function resolveRanking(written: Written<'retrieval'>): ExpectedRanking {
  if (typeof written === 'string' || Array.isArray(written))
    return { relevant: gradesOf(written), by: 'document', cut: 10 };
  const { relevant, by, at, ...least } = written;
  const atLeast = present(least);
  const ranking: ExpectedRanking = { relevant: gradesOf(relevant), by, cut: at };
  return Object.keys(atLeast).length > 0 ? { ...ranking, atLeast } : ranking;
}

function gradesOf(relevant: string | string[] | Record<string, number>): Record<string, number> {
  if (typeof relevant !== 'string' && !Array.isArray(relevant)) return relevant;
  return Object.fromEntries(listed(relevant).map((key) => [key, 1]));
}

function resolveCites(written: Written<'cites'>): NonNullable<Expectation['cites']> {
  if (typeof written === 'string' || Array.isArray(written)) return { anyOf: listed(written), others: false };
  return { ...written, anyOf: listed(written.anyOf) };
}

function resolveSafety({
  leaks,
  forbidden,
  agents,
  guard,
}: Written<'safe'>): NonNullable<Expectation['safe']> {
  return {
    leaks: listed(leaks),
    forbidden: listed(forbidden).map(resolveCall),
    agents: listed(agents),
    ...(guard && { guard }),
  };
}

type Judge = Exclude<Written<'judges'>, unknown[]>;

function resolveJudge({ name, criteria, roles, ...rest }: Judge) {
  const known = criteriaOf(criteria);
  return present({
    name: name ?? criteria,
    evidence: known?.evidence ?? false,
    ...present(rest),
    criteria: known?.criteria ?? criteria,
    roles: listed(roles),
  });
}

function resolveLimits({ seconds, ...limits }: Written<'within'>): NonNullable<Expectation['within']> {
  return present({ ...limits, ...(seconds && { milliseconds: seconds * 1000 }) });
}
