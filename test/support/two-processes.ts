import { onTestFinished } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { openLog } from '../../src/log.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { testConfig } from './open-test-context.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

/** Several machines on one database, as several processes have it; each ends by `close`, or is left as if it had died. */
export interface Stage {
  made: TestDatabase;
  /** Opens another machine. */
  open(chat: ChatModel): Promise<AppContext>;
  /** Opens another machine, which takes over what `from` had under way, as when `from` is gone for longer than its lease. */
  takeOver(from: AppContext, chat: ChatModel): Promise<AppContext>;
}

export async function openStage(project: string): Promise<Stage> {
  const made = await makeTestDatabase();
  const opened: AppContext[] = [];
  onTestFinished(async () => {
    for (const context of opened) await context.close(0);
    await made.drop();
  });
  async function open(chat: ChatModel): Promise<AppContext> {
    const database = { ...made.database, close: async () => undefined }; // the stage closes it
    const context = await openContext(testConfig(project), openLog('silent', false), { database, chat });
    opened.push(context);
    return context;
  }
  return {
    made,
    open,
    async takeOver(from, chat) {
      from.turns.stopping = true; // it claims nothing more
      const context = await open(chat);
      if (made.database.kind === 'postgres') await loseClaims(context); // the embedded database has them given back at once
      return context;
    },
  };
}

/** Gives the runs of all processes back to the queue, as happens when a process is gone for longer than its lease. */
export async function loseClaims(to: AppContext): Promise<void> {
  await to.queue.releaseClaims();
  to.turns.wake();
}
