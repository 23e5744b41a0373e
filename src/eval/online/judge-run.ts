import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { inTenant } from '../../tenancy.ts';
import { BudgetError } from '../../usage/budget-error.ts';
import type { ExpectedJudgement } from '../expectation.ts';
import { JudgeError } from '../judges/ask-judge.ts';
import { scoreJudges } from '../judges/score-judges.ts';
import type { Score, Seen } from '../score.ts';
import { criteriaOf } from '../suites/criteria-of.ts';
import {
  claimJudgement,
  claimSeconds,
  closeJudgement,
  dropJudgement,
  type Judgement,
} from './claim-judgement.ts';
import { keepScores } from './keep-scores.ts';
import type { OnlineJudge, OnlineRules } from './online-rules.ts';
import { readTurn, type UserTurn } from './read-turn.ts';
import type { OnlineScore } from './score-online.ts';
import { countScores, judgesOf } from './score-run.ts';

/**
 * Has a judge read a turn, once, however many try to at a time. What its models take is written down for the tenant, the graph and the agent
 * `judge:<name>`: not for the run, whose figures are those of the answer, and for nobody's own budget. Where a budget does not allow it, or the
 * judge's verdict cannot be read, the turn is not judged. A turn that is gone, and a judge that is no longer named, are passed over. Rejects
 * when it had better be tried again: a model gave no reply.
 */
export async function judgeRun(
  context: AppContext,
  rules: OnlineRules,
  judgement: Judgement,
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = context;
  const { runId, judge: name } = judgement;
  const turn = await readTurn(db, runId);
  const judge = turn && judgesOf(context, rules, turn.run.graph).find((one) => one.name === name);
  if (!turn || !judge) return;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(claimSeconds * 1_000)]);
  if (!(await claimJudgement(db, judgement))) return;
  try {
    const scores = await inWorkOf(turn, () => judgeTurn(context, turn, judge, inTime));
    const measured = scores.flatMap(toOnline);
    const added = await db.transaction().execute(async (trx) => {
      await closeJudgement(trx, judgement);
      return keepScores(trx, turn, measured);
    });
    countScores(context, turn.run.graph, added);
  } catch (error) {
    const isOver = error instanceof BudgetError || error instanceof JudgeError;
    await (isOver ? closeJudgement : dropJudgement)(db, judgement);
    if (!isOver) throw error;
    log.warn({ err: error, runId, judge: name }, 'a turn is not judged');
  }
}

/** The details of a score by `scoreJudges`, as far as they are read. */
const votes = z.object({ judges: z.array(z.object({ reasoning: z.string() })) });

/** What each judge said, of judges who all were content too. */
function toOnline({ scorer, value, details }: Score): OnlineScore[] {
  if (value === null) return [];
  const { data } = votes.safeParse(details);
  const why = data?.judges.map(({ reasoning }) => reasoning).join(' ');
  return [{ scorer, value, ...(why && { why }) }];
}

/** The run's, but for who asked: they did not ask for this, and do not pay for it. */
function inWorkOf<T>({ run }: UserTurn, act: () => T): T {
  const { tenant_id: tenant, run_id: runId, thread_id: threadId, graph } = run;
  return inTenant({ tenant, run: { runId, threadId, graph, aside: true } }, act);
}

function judgeTurn(
  context: AppContext,
  { run, version, transcript: turn }: UserTurn,
  judge: OnlineJudge,
  signal: AbortSignal,
): Promise<Score[]> {
  const { config } = context;
  const judgement = toJudgement(judge);
  const seen: Seen = {
    case: {
      id: run.run_id,
      history: [],
      turns: [{ ask: turn.user, expect: { judges: [judgement] } }],
      tags: [],
      gate: false,
      graph: run.graph,
      configurable: {},
      hash: version,
      source: { file: '', line: 0 },
    },
    at: 0,
    turn,
    transcript: { turns: [turn] },
    subject: {
      context,
      projectDir: config.projectDir,
      models: {},
      sandbox: (work) => work(context.database),
      canJudge: () => true,
      close: async () => undefined,
    },
    signal,
  };
  return scoreJudges([judgement], seen);
}

/** Criteria may be those that have a name. */
function toJudgement({ name, criteria, roles, evidence }: OnlineJudge): ExpectedJudgement {
  const known = criteriaOf(criteria);
  return {
    name,
    criteria: known?.criteria ?? criteria,
    evidence: evidence ?? known?.evidence ?? false,
    roles,
    atLeast: 0,
  };
}
