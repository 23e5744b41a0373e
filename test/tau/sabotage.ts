import { isDeepStrictEqual } from 'node:util';
import type { Tool, ToolContext } from '../../src/handoff/define-tool.ts';
import type { JsonObject } from '../../src/message.ts';
import type { Gold } from './apply-directly.ts';
import { lastWrite } from './mischief.ts';
import type { Stage } from './open-stage.ts';
import type { Mischief } from './try-task.ts';

/** Breaks the machine of a stage: the last write of a task is not carried out, and its right result is reported. */
export function forgetWrites(stage: Stage): Mischief {
  return breakMachine(stage, async (_, gold) => {
    const { tool } = lastWrite(gold);
    return gold.results.findLast((one) => one.tool === tool && one.status === 'success')?.content ?? '';
  });
}

/** Breaks the machine of a stage: the last write of a task is carried out twice, and reported once. */
export function repeatWrites(stage: Stage): Mischief {
  return breakMachine(stage, async (run) => {
    const result = await run();
    await run().catch(() => undefined); // what is done already may be refused
    return result;
  });
}

type Run = () => ReturnType<Tool['run']>;

/**
 * Lets a fault stand in for the last write of every task. The script stays as it should be, so that only the
 * database and the log of the writes can give the fault away.
 */
function breakMachine(stage: Stage, fault: (run: Run, gold: Gold) => ReturnType<Tool['run']>): Mischief {
  const waiting = new Map<string, Gold>();
  for (const { seats } of stage.context.graphs.list()) {
    for (const seat of seats.values()) seat.tools = seat.tools.map(breakable);
  }
  return (moves, { world, gold }) => {
    waiting.set(world, gold);
    return moves;
  };

  function breakable(tool: Tool): Tool {
    return { ...tool, run: (args, context) => runOrFail(tool, args as JsonObject, context) }; // tools take JSON
  }

  function runOrFail(tool: Tool, args: JsonObject, context: ToolContext): ReturnType<Tool['run']> {
    const run = () => tool.run(args, context);
    const gold = waiting.get(context.threadId);
    return gold && isLastWrite(gold, tool, args) ? fault(run, gold) : run();
  }
}

function isLastWrite(gold: Gold, tool: Tool, args: JsonObject): boolean {
  const last = lastWrite(gold);
  return last.tool === tool.name && isDeepStrictEqual(last.args, args);
}
