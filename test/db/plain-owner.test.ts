import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openPostgres } from '../../src/db/open-database.ts';
import { patientLimits } from '../../src/db/session-limits.ts';
import { createThread, getThread } from '../../src/db/threads.ts';
import { openLog } from '../../src/log.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { asService, inTenant, localTenant } from '../../src/tenancy.ts';
import { onServer, urlOf } from '../support/template-database.ts';

const template = inject('template');

test.skipIf(template.kind === 'pglite')(
  'the user of DATABASE_URL need be no superuser: it owns the tables, is held to their policies, and all works',
  async () => {
    if (template.kind === 'pglite') throw new Error('This test is for servers.');
    const name = `baton_test_${randomUUID().replaceAll('-', '')}`;
    const owner = `${name}_owner`;
    await onServer(template.url, `create role ${owner} login password 'plain'`);
    await onServer(
      template.url,
      `grant baton_tenant, baton_service, baton_account to ${owner} with inherit false, set true`,
    );
    await onServer(template.url, `create database ${name} owner ${owner}`);
    await onServer(urlOf(template.url, name), 'create extension vector');
    const url = new URL(urlOf(template.url, name));
    [url.username, url.password] = [owner, 'plain'];
    const database = openPostgres(url.href, { limits: patientLimits });
    onTestFinished(async () => {
      await database.close();
      await onServer(template.url, `drop database ${name} with (force)`);
      await onServer(template.url, `drop role ${owner}`);
    });

    await migrate(database.db);
    const queue = await openQueue(database, { log: openLog('silent', false), supervises: false });
    const threadId = randomUUID();
    await inTenant(localTenant, async () => {
      await createThread(database.db, { threadId, metadata: {} });
      await queue.addRun(database.db, { runId: randomUUID(), threadId });
    });
    expect(await queue.claimRuns(10)).toMatchObject([{ tenant: localTenant, threadId }]);
    expect(await asService(() => getThread(database.db, threadId))).toBeDefined();
    expect((await database.pool.query('select from baton.thread')).rows).toEqual([]);
    await queue.close();
  },
);
