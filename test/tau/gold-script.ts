import type { Action } from '../../evals/sources/tau/tau-data.ts';
import type { JsonObject } from '../../src/message.ts';

/** One reply of the scripted model: who gives it, and what it calls. Without calls it is the answer. */
export interface Move {
  agent: string;
  calls: { name: string; args: JsonObject }[];
}

/** How an agent hands over: in a reply of its own, or in the reply that makes its last call. */
export type Style = 'apart' | 'together';

/**
 * The replies that play a task's gold actions: whoever owns the next tool is given the conversation, and
 * whoever has it in the end answers.
 */
export function goldScript(
  actions: Action[],
  owners: Map<string, string>,
  start: string,
  style: Style,
): Move[] {
  const moves: Move[] = [];
  let agent = start;
  for (const [at, { name, arguments: args }] of actions.entries()) {
    const owner = ownerOf(owners, name);
    if (owner !== agent) {
      const handOver = { name: `transfer_to_${owner}`, args: { task: `Use ${name}.`, step: at + 1 } };
      const last = moves.at(-1);
      if (style === 'together' && last) last.calls.push(handOver);
      else moves.push({ agent, calls: [handOver] });
      agent = owner;
    }
    moves.push({ agent, calls: [{ name, args }] });
  }
  return [...moves, { agent, calls: [] }];
}

/** The agents that a task goes through: the first one, then the owners of its tools, without repeats in a row. */
export function ownersPath(actions: Action[], owners: Map<string, string>, start: string): string[] {
  const all = [start, ...actions.map(({ name }) => ownerOf(owners, name))];
  return all.filter((agent, at) => agent !== all[at - 1]);
}

function ownerOf(owners: Map<string, string>, tool: string): string {
  const owner = owners.get(tool);
  if (!owner) throw new Error(`no agent owns ${tool}`);
  return owner;
}
