import type { FileProblem } from '../../yaml/file-problem.ts';
import type { ChatModel, ChatReply } from '../chat-model.ts';
import { type Attempts, openAttempts } from './attempts.ts';
import type { CassetteMiss } from './cassette-miss.ts';
import { CassetteMissError } from './cassette-miss-error.ts';
import { explainMiss } from './explain-miss.ts';
import { type CassetteMode, type Claim, type OpenTape, openTape } from './open-tape.ts';
import { givenPlace, type Place } from './place.ts';
import { type PlainRequest, toPlainRequest } from './plain-request.ts';
import { replay, toRecordedFailure, toRecordedReply } from './recorded-reply.ts';
import type { StandIns } from './stand-ins.ts';
import { type Recording, TapeError } from './tape.ts';
import { tapePath } from './tape-file.ts';

export interface CassetteOptions {
  /** The folder of the tapes, with one of each suite in it. */
  dir: string;
  mode: CassetteMode;
  /** The attempt that the code that asks is part of; one that `atPlace` was told of comes first. */
  place: () => Place | undefined;
  /** Part of the names of tapes. */
  profile?: string;
}

/** Replies that are recorded, and given again. */
export interface Cassettes {
  /** The model, recorded or replayed. `models` says who plays each role. In strict replay it is never asked. */
  wrap(chat: ChatModel, models: Record<string, string>): ChatModel;
  /** What an attempt asked for and strict replay did not have. */
  misses(place: Place): CassetteMiss[];
  /**
   * Says that an attempt asks nothing more; `whole`: it came to its end and was scored. Recording anew drops what a repeat did not ask again
   * where all attempts at it were whole, and keeps it where one broke off or a reply could not be had.
   */
  end(place: Place, whole: boolean): void;
  /** The tapes that cannot be read. */
  problems(): FileProblem[];
  /**
   * Writes what was recorded. Rejects where it cannot be written. Nothing is dropped unless `drops`: a run that broke off does not know of the attempts
   * that it did not come to.
   */
  close(drops?: boolean): Promise<void>;
}

/**
 * Opens the recorded replies of suites, one tape a case. Stands outside of whatever tries again or asks another model, so that only what came
 * of it is recorded, and a miss ends the turn: a model that is wrapped rejects with a `CassetteMissError` then, and with a `TapeError` for a tape
 * that cannot be read. What is asked by nobody's attempt goes to the model, and is a miss in strict replay.
 *
 * Of errors only those that are the model's own doing are recorded (`misbehaved`). Secrets are on no tape, nor in its keys.
 */
export function openCassettes({ dir, mode, place, profile }: CassetteOptions): Cassettes {
  const attempts = openAttempts();
  const tapes = new Map<string, Promise<OpenTape>>();
  const problems = new Map<string, FileProblem>();

  function tapeOf(about: Place): Promise<OpenTape> {
    const file = tapePath(dir, about, profile);
    const known = tapes.get(file);
    if (known) return known;
    const opened = openTape(file, { suite: about.suite, case: about.case }, mode);
    tapes.set(file, opened);
    opened.catch((error: unknown) => {
      if (error instanceof TapeError)
        problems.set(file, { file, line: error.line, message: error.fault, severity: 'error' });
    });
    return opened;
  }

  function giveAgain(tape: OpenTape, where: Place, asked: Asked): Recording {
    const recording = tape.find(asked.key, asked.nth);
    if (recording) return recording;
    const miss = explainMiss({ place: where, ...asked }, tape.found);
    attempts.miss(where, miss);
    throw new CassetteMissError(miss);
  }

  return {
    wrap: (chat, models) => async (request, onText) => {
      request.signal.throwIfAborted();
      const where = givenPlace() ?? place();
      if (!where && mode !== 'replay') return chat(request, onText);
      const { plain, standIns } = toPlainRequest(request, models[request.role] ?? request.role);
      if (!where) throw new CassetteMissError(nowhere(plain));
      const asked = { ...attempts.count(where, plain), request: plain, standIns };
      const tape = await tapeOf(where);
      const had = mode === 'replay' ? giveAgain(tape, where, asked) : await tape.claim(asked);
      if ('reply' in had) return replay(had.reply, standIns, request.signal, onText);
      return record(had, asked, (hear) => chat(request, hear), onText);
    },
    misses: attempts.misses,
    end(about, whole) {
      attempts.end(about, whole);
      if (mode === 'record' && whole) tapeOf(about).catch(() => undefined); // it is among the problems
    },
    problems: () => [...problems.values()],
    async close(drops = true) {
      const areWhole = drops ? attempts.areWhole : () => false;
      const opened = await Promise.allSettled(tapes.values());
      await Promise.all(opened.map((tape) => tape.status === 'fulfilled' && tape.value.close(areWhole)));
    },
  };
}

type Asked = ReturnType<Attempts['count']> & { request: PlainRequest; standIns: StandIns };

async function record(
  claim: Claim,
  { standIns, ...asked }: Asked,
  ask: (hear: (delta: string) => void) => Promise<ChatReply>,
  onText: (delta: string) => void,
): Promise<ChatReply> {
  let heard = '';
  try {
    const reply = await ask((delta) => {
      heard += delta;
      onText(delta);
    });
    claim.keep({ ...asked, reply: toRecordedReply(reply, heard, asked.request.model, standIns) });
    return reply;
  } catch (error) {
    const failure = toRecordedFailure(error, heard, standIns);
    if (failure) claim.keep({ ...asked, reply: failure });
    else claim.fail();
    throw error;
  }
}

function nowhere({ agent }: PlainRequest): CassetteMiss {
  return { agent, ordinal: 0, kind: 'new', why: 'It is asked by no attempt at a case.' };
}
