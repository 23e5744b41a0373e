import { type Evidence, endedWell, type Verdict } from './evidence.ts';
import { effectsOf } from './script.ts';

/** How often each thing was changed. */
interface Effects {
  /** Rows that the tool which changes the database wrote. */
  noted: Map<string, number>;
  /** Different keys under which something was posted: what the one who knows keys did. */
  posted: Map<string, Set<string>>;
  charged: Map<string, number>;
}

/** Nothing was changed twice, and what a call says that it changed was changed. */
export function checkEffects(evidence: Evidence): Verdict {
  const effects = count(evidence);
  const violations: string[] = [];
  const results = resultsOf(evidence);
  const names = new Set([
    ...effects.noted.keys(),
    ...effects.posted.keys(),
    ...effects.charged.keys(),
    ...results.keys(),
  ]);
  for (const what of names) {
    const times = timesOf(effects, what);
    const result = results.get(what);
    if (times > 1) violations.push(`${what} was done ${times} times`);
    if (result === 'success' && times === 0) violations.push(`${what} succeeded and was not done`);
  }
  for (const record of evidence.records.filter((one) => endedWell(evidence, one))) {
    for (const what of effectsOf(record.label, record.plan)) {
      const result = results.get(what);
      const may = what.endsWith('charge') ? result !== undefined : result === 'success';
      if (!may) violations.push(`${what} of run ${record.runId}, which ended well: ${result ?? 'no call'}`);
    }
  }
  return { check: 'no effect doubled, none missing', cases: names.size, violations };
}

/** Calls of which nobody knows whether they were carried out: the model was told so. */
export function countUnknown(evidence: Evidence): number {
  return [...resultsOf(evidence)].filter(([what, result]) => what.endsWith('charge') && result === 'error')
    .length;
}

function count({ ledger, deliveries }: Evidence): Effects {
  const noted = new Map<string, number>();
  for (const { what } of ledger.notes) noted.set(what, (noted.get(what) ?? 0) + 1);
  const posted = new Map<string, Set<string>>();
  const charged = new Map<string, number>();
  for (const { what, key } of deliveries) {
    if (what.endsWith('charge')) charged.set(what, (charged.get(what) ?? 0) + 1);
    else posted.set(what, (posted.get(what) ?? new Set()).add(key));
  }
  return { noted, posted, charged };
}

function timesOf({ noted, posted, charged }: Effects, what: string): number {
  return noted.get(what) ?? posted.get(what)?.size ?? charged.get(what) ?? 0;
}

/** What the calls that change something were answered with, by what they change. */
function resultsOf({ messages }: Evidence): Map<string, string> {
  const results = new Map<string, string>();
  for (const thread of messages.values()) {
    for (const { id, args } of thread.flatMap(({ tool_calls = [] }) => tool_calls)) {
      const what = args?.what;
      const answer = thread.find(({ tool_call_id }) => tool_call_id === id);
      if (what && !what.endsWith('look')) results.set(what, answer?.status ?? 'none');
    }
  }
  return results;
}
