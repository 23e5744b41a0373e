import { randomUUID } from 'node:crypto';
import type { Said, TauTask } from '../../evals/sources/tau/tau-data.ts';
import type { AiMessage, HumanMessage, Message, ToolMessage } from '../../src/message.ts';
import { readState } from '../../src/turn/thread-state.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { ask, watch } from '../support/ask.ts';
import { prepareWorld } from './apply-directly.ts';
import type { Move } from './gold-script.ts';
import type { Stage } from './open-stage.ts';

/** What became of a task that was played through the machine. */
export interface Played {
  /** The id of its thread, and of the world that it changed. */
  world: string;
  events: LoggedEvent[];
  messages: Message[];
}

/** Plays a script as one turn of the new thread `world`, on the world of the same name. */
export async function playTask(stage: Stage, task: TauTask, moves: Move[], world: string): Promise<Played> {
  await prepareWorld(stage, task, world);
  stage.model.scripts.set(world, moves);
  const history = task.earlier.map((said) => toMessage(said, task, stage));
  const ids = await ask(stage.context, `[${world}] ${task.question}`, {
    graph: task.domain,
    threadId: world,
    history,
  });
  const events = await watch(stage.context, ids);
  const state = await readState(stage.context, world);
  return { world, events, messages: state?.values.messages ?? [] };
}

/** A message of an earlier turn, as the thread would have kept it. */
function toMessage(said: Said, { domain, earlier }: TauTask, { domains }: Stage): Message {
  const { owners, start } = domains[domain];
  const id = randomUUID();
  if (said.role === 'user') return { type: 'human', id, content: said.content } satisfies HumanMessage;
  if (said.role === 'tool') {
    const name =
      earlier.flatMap(({ tool_calls }) => tool_calls).find((call) => call.id === said.id)?.name ?? '';
    const answer = { name, content: said.content, tool_call_id: said.id ?? '', status: 'success' } as const;
    return { type: 'tool', id, ...answer } satisfies ToolMessage;
  }
  const tool_calls = said.tool_calls.map((call) => ({ id: call.id, name: call.name, args: call.arguments }));
  const name = owners.get(tool_calls[0]?.name ?? '') ?? start;
  return { type: 'ai', id, name, content: said.content, tool_calls } satisfies AiMessage;
}
