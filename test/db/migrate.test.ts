import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { openPostgres } from '../../src/db/open-database.ts';
import { patientLimits } from '../../src/db/session-limits.ts';
import { openLog } from '../../src/log.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { onServer, urlOf } from '../support/template-database.ts';

const template = inject('template');

test.skipIf(template.kind === 'pglite')(
  'several processes bring an empty database up to date at once: each migration runs once, and the queue is there',
  async () => {
    if (template.kind === 'pglite') throw new Error('This test is for servers.');
    const name = `baton_test_${randomUUID().replaceAll('-', '')}`;
    await onServer(template.url, `create database ${name}`);
    const url = urlOf(template.url, name);
    const databases = Array.from({ length: 6 }, () => openPostgres(url, { max: 2, limits: patientLimits }));
    onTestFinished(async () => {
      for (const { close } of databases) await close();
      await onServer(template.url, `drop database ${name} with (force)`);
    });
    const ran = await Promise.all(databases.map(({ db }) => migrate(db)));
    expect(ran.flat()).toEqual([...new Set(ran.flat())]);
    expect(ran.flat().length).toBeGreaterThan(5);
    for (const { db } of databases) expect(await pendingMigrations(db)).toEqual([]);
    const log = openLog('silent', false);
    const queues = await Promise.all(
      databases.map((database) => openQueue(database, { log, supervises: false })),
    );
    for (const queue of queues) await queue.close();
  },
);
