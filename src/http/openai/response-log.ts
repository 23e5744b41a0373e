import { citationsOf } from '../../handoff/citations/citation.ts';
import type { AiMessage, Call, Message, ToolMessage } from '../../message.ts';
import type { LoggedEvent, TurnError } from '../../turn-event.ts';
import { follow, type RunView, type StateAt } from '../langgraph/run-view.ts';
import type { ResponseHead } from './response-head.ts';
import { type Ended, nothingYet, type Outcome, outcomeOfEnd, outcomeOfFailure } from './response-outcome.ts';
import { openResponseOutput, type Told } from './response-output.ts';
import { openSpeaker } from './speech.ts';

export interface ResponseEvent extends Told {
  sequence_number: number;
}

/** A response as it is now. */
export type WireResponse = ResponseHead & Outcome & { output: object[] };

/** Follows a run's log. */
export interface ResponseLog {
  /** The events before the run's first. */
  begin(): ResponseEvent[];
  next(event: LoggedEvent): Promise<ResponseEvent[]>;
  response(): WireResponse;
  /** How many events there are so far. */
  readonly numbered: number;
  readonly ended: boolean;
}

export interface LogOptions {
  stateAt: StateAt;
  /** Null where the thread is not kept. */
  threadId: string | null;
}

/**
 * A response and the events of its stream, from the log of its run. They depend on nothing but the log and the saved
 * states that it names: whoever reads it, where and when ever, gets the same events with the same numbers.
 */
export function openResponseLog(head: ResponseHead, { stateAt, threadId }: LogOptions): ResponseLog {
  const output = openResponseOutput();
  const speaker = openSpeaker();
  let outcome: Outcome = { ...nothingYet, status: head.background ? 'queued' : 'in_progress' };
  let view: RunView | undefined;
  let numbered = 0;

  const response = () => structuredClone({ ...head, ...outcome, output: output.items });
  const tellResponse = (type: string): Told => ({ type, response: response() });
  const number = (told: Told[]) => told.map((event) => ({ ...event, sequence_number: numbered++ }));

  function begin(): ResponseEvent[] {
    const created = tellResponse('response.created');
    return number(head.background ? [created, tellResponse('response.queued')] : [created]);
  }

  async function next(event: LoggedEvent): Promise<ResponseEvent[]> {
    const before = view;
    view = await follow(view, event, stateAt);
    return number(tell(event, before));
  }

  function tell(event: LoggedEvent, before: RunView | undefined): Told[] {
    switch (event.type) {
      case 'turn-start':
        return before ? goOn() : start();
      case 'text-delta':
        return output.speak(speaker.hear(event.messageId, event.text));
      case 'call-start':
        return output.beginCall(event.agent, event.call);
      case 'call-end':
        return endCall(event.message, event.agent);
      case 'step-end':
        return tellMessages(view?.added ?? []);
      case 'turn-end':
        return complete(event, finish(event.answer));
      case 'interrupted':
        return complete(
          event,
          event.interrupts.flatMap(({ value }) => askApproval(value)),
        );
      case 'turn-error':
        return fail(event);
      default:
        return [];
    }
  }

  function start(): Told[] {
    outcome = { ...outcome, status: 'in_progress' };
    return [tellResponse('response.in_progress')];
  }

  /** Another attempt: what the log of the last one lost and the saved state has is told, and what was not saved is lost. */
  function goOn(): Told[] {
    const known = new Set(view?.values.messages.map(({ id }) => id));
    return [...output.speak(speaker.lose(known)), ...tellMessages(view?.added ?? [])];
  }

  /** What a step added: the rest of what was said, and the answers of calls that nobody has told yet, such as handoffs. */
  function tellMessages(added: Message[]): Told[] {
    return added.flatMap((message) => {
      if (message.type === 'ai') return finish(message);
      return message.type === 'tool' ? endCall(message) : [];
    });
  }

  function finish(message: AiMessage): Told[] {
    return output.speak(speaker.finish(message.id, message.content, citationsOf(message)));
  }

  function endCall(answer: ToolMessage, caller?: string): Told[] {
    const { agent, call } = findCall(view?.values.messages ?? [], answer);
    return output.endCall(caller ?? agent, call, answer);
  }

  function askApproval(value: unknown): Told[] {
    const { agent = '', calls = [] } = (value ?? {}) as { agent?: string; calls?: Call[] }; // as a step that waits says it
    return calls.flatMap((call) => output.askApproval(agent, call));
  }

  function complete(event: Ended, said: Told[]): Told[] {
    const rest = stop();
    const asksNobody = event.type === 'interrupted' && said.length === 0;
    outcome = outcomeOfEnd(event, threadId, asksNobody);
    return [...said, ...rest, tellResponse(asksNobody ? 'response.incomplete' : 'response.completed')];
  }

  function fail(event: TurnError): Told[] {
    const rest = stop();
    outcome = outcomeOfFailure(event);
    return [...rest, tellResponse('response.failed')];
  }

  function stop(): Told[] {
    return [...output.speak(speaker.stop()), ...output.stop()];
  }

  return {
    begin,
    next,
    response,
    get numbered() {
      return numbered;
    },
    get ended() {
      return outcome.status !== 'queued' && outcome.status !== 'in_progress';
    },
  };
}

/** The call that a message answers, with the arguments that were used, and whose it is. */
function findCall(messages: Message[], answer: ToolMessage): { agent: string; call: Call } {
  const { tool_call_id: id, name } = answer;
  const spoken = messages.findLast(
    (message): message is AiMessage =>
      message.type === 'ai' && message.tool_calls.some((call) => call.id === id),
  );
  const call = spoken?.tool_calls.find((one) => one.id === id);
  return { agent: spoken?.name ?? '', call: { id, name, args: answer.args ?? call?.args ?? {} } };
}
