import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { getRun } from '../../src/db/runs.ts';
import { updateTenant } from '../../src/db/tenants.ts';
import { createThread } from '../../src/db/threads.ts';
import { sweepStore } from '../../src/store/sweep-store.ts';
import { asOwner, asService, assumeWork, inTenant, localTenant } from '../../src/tenancy.ts';
import { cancelRun } from '../../src/turn/cancel-run.ts';
import { readmitRuns } from '../../src/turn/keep-house.ts';
import { readmitCrons } from '../../src/turn/plan-cron.ts';
import { sweepThreads } from '../../src/turn/sweep-threads.ts';
import { readState } from '../../src/turn/thread-state.ts';
import { watchThread } from '../../src/turn/watch-thread.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say } from '../support/scripted-model.ts';

const tenants = ['acme', 'globex'] as const;

/** A machine whose model says back who asked and what. */
async function openForTwo(): Promise<AppContext> {
  const context = await openTestContext({
    async chat({ messages }, onText) {
      const question = messages.findLast(({ type }) => type === 'human')?.content;
      onText(`You asked: ${question}`);
      return say(`You asked: ${question}`);
    },
  });
  const rows = tenants.map((tenant_id) => ({ tenant_id, name: tenant_id }));
  await asOwner(() => context.db.insertInto('baton.tenant').values(rows).execute());
  assumeWork(undefined); // as in a process of its own: who says not on whose behalf it works gets nothing
  return context;
}

afterEach(() => assumeWork({ tenant: localTenant, owner: true }));

test('two tenants talk on threads with the same id, at once, and neither hears the other', async () => {
  const context = await openForTwo();
  const threadId = randomUUID();
  const talks = tenants.map((tenant) =>
    inTenant(tenant, async () => {
      await createThread(context.db, { threadId, metadata: {} });
      for (let turn = 1; turn <= 3; turn++)
        await watch(context, await ask(context, `${tenant} ${turn}`, { threadId }));
      return readState(context, threadId);
    }),
  );
  for (const [at, state] of (await Promise.all(talks)).entries()) {
    const texts = state?.values.messages.map(({ content }) => content);
    const said = [1, 2, 3].flatMap((turn) => [`${tenants[at]} ${turn}`, `You asked: ${tenants[at]} ${turn}`]);
    expect(texts).toEqual(said);
  }
});

test('who watches a thread hears nothing of another tenant’s thread with its id', async () => {
  const context = await openForTwo();
  const threadId = randomUUID();
  const leave = new AbortController();
  const heard: string[] = [];
  const watching = inTenant('globex', async () => {
    for await (const event of watchThread(context, { threadId, signal: leave.signal }))
      heard.push(event.type);
  });
  await inTenant('acme', async () => {
    await createThread(context.db, { threadId, metadata: {} });
    await watch(context, await ask(context, 'a secret', { threadId }));
  });
  leave.abort();
  await watching;
  expect(heard).toEqual([]);
});

test('a run of another tenant is not there to be cancelled', async () => {
  const context = await openForTwo();
  const ids = await inTenant('acme', () => ask(context, 'mine'));
  await expect(inTenant('globex', () => cancelRun(context, ids))).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('housekeeping reaches every tenant’s rows, and says for whom it works', async () => {
  const context = await openForTwo();
  for (const tenant of tenants) {
    await inTenant(tenant, async () => {
      for (const strategy of ['delete', 'keep_latest'] as const) {
        const threadId = randomUUID();
        await createThread(context.db, { threadId, metadata: {}, ttl: { minutes: 60, strategy } });
        await watch(context, await ask(context, 'Hello?', { threadId }));
      }
    });
  }
  await asOwner(() =>
    sql`update baton.thread set expires_at = now() - interval '1 hour'`.execute(context.db),
  );
  expect(await sweepThreads(context)).toEqual({ deleted: 2, pruned: 2 });
  const left = await asService(() => context.db.selectFrom('baton.thread').select('tenant_id').execute());
  expect(left.map(({ tenant_id }) => tenant_id).sort()).toEqual([...tenants]);
  await sweepStore(context.db);
  await readmitCrons(context);
});

test('a run that the queue lost is put back for its own tenant', async () => {
  const context = await openForTwo();
  for (const tenant of tenants) {
    await inTenant(tenant, async () => {
      const { threadId } = await ask(context, 'first');
      const ids = await ask(context, 'second', { threadId });
      await watch(context, ids);
      const lost = { status: 'pending', updated_at: new Date(0), started_at: null } as const;
      await context.db.updateTable('baton.run').set(lost).where('run_id', '=', ids.runId).execute();
    });
  }
  await readmitRuns(context);
  await expect
    .poll(() =>
      asService(() =>
        context.db.selectFrom('baton.run').select('run_id').where('status', '<>', 'success').execute(),
      ),
    )
    .toEqual([]);
});

test('the runs of a tenant that is suspended wait, those of others go on, and go on when it may again', async () => {
  const context = await openForTwo();
  await updateTenant(context.db, 'acme', { suspended: true });
  let held = { threadId: '', runId: '' };
  // the worker knows of it within moments; a run of the other that was asked for later and is over shows that this one was passed by
  const statusOfHeld = async () => {
    held = await inTenant('acme', () => ask(context, 'Hello?'));
    const free = await inTenant('globex', () => ask(context, 'Hello?'));
    expect((await inTenant('globex', () => watch(context, free))).at(-1)?.type).toBe('turn-end');
    return (await inTenant('acme', () => getRun(context.db, held.runId)))?.status;
  };
  await expect.poll(statusOfHeld, { timeout: 10_000 }).toBe('pending');
  await updateTenant(context.db, 'acme', { suspended: false });
  expect((await inTenant('acme', () => watch(context, held))).at(-1)?.type).toBe('turn-end');
});
