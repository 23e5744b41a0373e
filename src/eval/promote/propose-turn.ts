import { citationsOf } from '../../handoff/citations/citation.ts';
import type { Json, JsonObject } from '../../message.ts';
import type { SeenCall, TurnTranscript } from '../transcript.ts';
import type { Scrubber } from './open-scrubber.ts';
import type { PastTurn } from './past-turn.ts';

/** A turn as a suite's file has it. */
export interface ProposedTurn {
  ask?: string;
  resume?: Json;
  /** What happened, which somebody has to hold right; absent where nothing came of the turn. */
  expect?: JsonObject;
  /** Said beside it. */
  notes: string[];
}

/** What a past turn proposes, scrubbed, with what users said of it. Of a turn that ended in an error nothing is expected. */
export function proposeTurn(
  { ask, resume, transcript }: PastTurn,
  feedback: string[],
  scrub: Scrubber,
): ProposedTurn {
  const said = resume === undefined ? { ask: scrub.text(ask ?? '') } : { resume: scrub.json(resume) };
  const { error } = transcript;
  const ended = error ? [`It ended in an error: ${error.message}`] : [];
  const expect = error ? {} : expectationOf(transcript, scrub);
  return {
    ...said,
    ...(Object.keys(expect).length > 0 && { expect }),
    notes: [...ended, ...feedback].map(scrub.text),
  };
}

function expectationOf({ path, calls, metadata }: TurnTranscript, scrub: Scrubber): JsonObject {
  const made = calls.filter(({ failed }) => !failed);
  const cited = [...new Set(citationsOf({ response_metadata: metadata }).map(({ key }) => key))];
  const kept = cited.filter((key) => scrub.text(key) === key); // one with a stand-in is no document's
  const sql = made.map(({ args }) => args.sql).findLast((statement) => typeof statement === 'string');
  return {
    ...(path.length > 0 && { path }),
    ...(made.length > 0 && { calls: made.map((call) => proposeCall(call, scrub)) }),
    ...(sql !== undefined && { sql: scrub.text(sql) }),
    ...(kept.length > 0 && { cites: kept }),
    ...(metadata.declined === true && { refuses: true }),
  };
}

/** A statement may be written in other ways: its result is what counts. */
function proposeCall({ name, args }: SeenCall, scrub: Scrubber): JsonObject {
  const wanted = Object.entries(args).map(([arg, value]): [string, Json] =>
    arg === 'sql' ? [arg, { anything: true }] : [scrub.text(arg), scrub.json(value)],
  );
  return { [name]: Object.fromEntries(wanted) };
}
