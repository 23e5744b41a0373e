import fc from 'fast-check';
import { applyUpdate, emptyState, type StateUpdate, type StateValues } from '../../../src/handoff/state.ts';
import type { AiMessage, JsonObject, ToolMessage } from '../../../src/message.ts';
import type { TurnEvent, TurnStart } from '../../../src/turn-event.ts';
import { asked } from '../../support/logged-events.ts';

/** What a made-up step says, and how many calls it makes: none in the last one. */
interface Said {
  agent: string;
  words: string[];
  calls: number;
}

export interface Plan {
  steps: Said[];
  end: 'turn-end' | 'interrupted' | 'turn-error';
  /** How many events the first worker gets to, and how many of these its log loses; none: it gets to the end. */
  dies: { after: number; loses: number } | null;
}

export interface MadeUpRun {
  events: TurnEvent[];
  stateAt(start: TurnStart): Promise<StateValues>;
  /** The state at its end. */
  values: StateValues;
}

const said = fc.record({
  agent: fc.constantFrom('triage', 'clerk'),
  words: fc.array(fc.constantFrom('One ', 'moment. ', 'Order 7 ', 'is on its way.', '\n', 'é…'), {
    maxLength: 4,
  }),
  calls: fc.nat({ max: 2 }),
});

export const plans: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(said, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('turn-end', 'interrupted', 'turn-error'),
  dies: fc.option(fc.record({ after: fc.integer({ min: 2, max: 30 }), loses: fc.nat({ max: 3 }) })),
});

/** The log of a run that goes as planned: with two attempts when the first worker dies. */
export function makeUpRun({ steps, end, dies }: Plan): MadeUpRun {
  const states = new Map<string, StateValues>();
  const before = emptyState('triage');
  const first = attempt({ number: 1, from: before, checkpointId: null, done: 0 });
  const cut = dies && first.events.length > dies.after ? dies : null;
  if (!cut) return { events: first.events, stateAt, values: first.values };
  const lived = first.events.slice(0, cut.after);
  const saved = lived.findLast((event) => event.type === 'checkpoint' && event.source === 'loop');
  const log = lived.slice(0, Math.max(1, lived.length - cut.loses));
  const checkpointId = saved?.type === 'checkpoint' ? saved.checkpointId : null;
  const done = saved?.type === 'checkpoint' ? saved.step : 0;
  const from = checkpointId ? (states.get(checkpointId) ?? before) : before;
  const second = attempt({ number: 2, from, checkpointId, done });
  return { events: [...log, ...second.events], stateAt, values: second.values };

  async function stateAt(start: TurnStart): Promise<StateValues> {
    return (start.checkpointId && states.get(start.checkpointId)) || before;
  }

  function attempt({
    number,
    from,
    checkpointId,
    done,
  }: {
    number: number;
    from: StateValues;
    checkpointId: string | null;
    done: number;
  }) {
    const input = from.messages.length === 0 ? [asked] : [];
    const events: TurnEvent[] = [
      {
        type: 'turn-start',
        graph: 'desk',
        version: 'v',
        attempt: number,
        agent: from.agent,
        checkpointId,
        input,
      },
    ];
    let values = applyUpdate(from, { messages: input });
    let parentId = checkpointId;
    if (input.length > 0) {
      save(-1, 'input', from);
      save(0, 'loop');
    }
    for (const [at, step] of planned().entries()) {
      if (at < done) continue;
      if (isTools(at + 1)) carryOut(at + 1);
      else play(step, at + 1);
    }
    finish();
    return { events, values };

    function play(step: Said & { calls: number }, superstep: number): void {
      const { agent, words } = step;
      const id = `a${superstep}-${number}`;
      events.push({ type: 'agent-start', agent, step: superstep });
      for (const text of words)
        events.push({ type: 'text-delta', agent, messageId: id, text, step: superstep });
      const calls = Array.from({ length: step.calls }, (_, at) => callOf(superstep, at));
      const message: AiMessage = { type: 'ai', id, name: agent, content: words.join(''), tool_calls: calls };
      stepEnd(agent, superstep, { messages: [message], agent, done: step.calls === 0 });
    }

    function carryOut(superstep: number): void {
      const speaker = values.messages.at(-1) as AiMessage;
      const agent = speaker.name;
      const messages = speaker.tool_calls.map((call): ToolMessage => {
        const message = toolMessage(call.id, `t-${call.id}-${number}`);
        events.push({ type: 'call-start', agent, call });
        events.push({ type: 'custom', agent, callId: call.id, data: { looking: 7 } });
        events.push({ type: 'call-end', agent, message, milliseconds: 1 });
        return message;
      });
      stepEnd('tools', superstep, { messages });
    }

    function stepEnd(node: string, superstep: number, update: StateUpdate): void {
      values = applyUpdate(values, update);
      events.push({ type: 'step-end', node, step: superstep, update: update as unknown as JsonObject });
      save(superstep, 'loop');
    }

    function save(superstep: number, source: 'input' | 'loop', state = values): void {
      const checkpointId = `1f000000-0000-6000-${(0x8000 + (superstep & 0x3fff)).toString(16)}-00000000000${number}`;
      states.set(checkpointId, state);
      events.push({ type: 'checkpoint', checkpointId, parentId, step: superstep, source });
      parentId = checkpointId;
    }

    function finish(): void {
      if (end === 'interrupted')
        events.push({ type: 'interrupted', interrupts: [{ id: 'i1', value: { ask: 1 } }] });
      else if (end === 'turn-error') events.push({ type: 'turn-error', error: 'model', message: 'Why.' });
      else
        events.push(
          turnEnd(values.messages.findLast((message): message is AiMessage => message.type === 'ai')),
        );
    }
  }

  /** A step with calls is followed by the one that carries them out; only the last one makes none. */
  function planned(): Said[] {
    return steps.flatMap((step, at) => {
      if (at === steps.length - 1) return [{ ...step, calls: 0 }];
      const calls = Math.max(1, step.calls);
      return [
        { ...step, calls },
        { agent: step.agent, words: [], calls: 0 },
      ];
    });
  }

  function isTools(superstep: number): boolean {
    return superstep % 2 === 0;
  }
}

function callOf(superstep: number, at: number) {
  return { id: `c${superstep}-${at}`, name: 'look_up', args: { order: at }, type: 'tool_call' as const };
}

function toolMessage(callId: string, id: string): ToolMessage {
  return { type: 'tool', id, name: 'look_up', tool_call_id: callId, status: 'success', content: 'Found.' };
}

function turnEnd(answer: AiMessage | undefined): TurnEvent {
  if (!answer) throw new Error('nobody spoke');
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const repairs = { loop: 0, limit: 0, promise: 0, empty: 0, brief: 0, citation: 0 };
  return { type: 'turn-end', answer, path: [answer.name], evidence: [], usage, repairs, milliseconds: 1 };
}
