/** The worker thread in which embedded Postgres lives. Answers one request at a time; see `pglite.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { errorMessage } from '../errors.ts';
import { pgliteParsers } from './value-types.ts';

export interface ThreadData {
  dataDir: string;
}

/**
 * `setting`: as whom, by a statement that sets it for the session; null within a transaction, which has begun as somebody.
 */
export type ThreadRequest =
  | {
      id: number;
      do: 'query';
      sql: string;
      parameters: unknown[];
      rowMode: 'array' | 'object';
      setting: string | null;
    }
  | { id: number; do: 'exec'; sql: string; setting: string | null }
  | { id: number; do: 'close' };

export type ThreadAnswer =
  | { id: number; rows?: unknown[]; affectedRows?: number; fields?: { name: string; dataTypeID: number }[] }
  | { id: number; error: Record<string, unknown>; broken: boolean };

const data = workerData as ThreadData; // what pglite.ts passes
const pglite = await PGlite.create({
  dataDir: data.dataDir,
  extensions: { vector },
  parsers: pgliteParsers,
});

parentPort?.on('message', async (request: ThreadRequest) => {
  try {
    parentPort?.postMessage({ id: request.id, ...(await carryOut(request)) });
  } catch (error) {
    parentPort?.postMessage({ id: request.id, error: asData(error), broken: isBroken(error) });
  }
});
parentPort?.postMessage({ id: 0 });

async function carryOut(
  request: ThreadRequest,
): Promise<Omit<Extract<ThreadAnswer, { rows?: unknown }>, 'id'>> {
  switch (request.do) {
    case 'query': {
      const { sql, parameters, rowMode, setting } = request;
      await workAs(setting, sql);
      const result = await pglite.query(sql, parameters, { rowMode });
      return { rows: result.rows, affectedRows: result.affectedRows ?? 0, fields: result.fields };
    }
    case 'exec':
      await workAs(request.setting, request.sql);
      return { rows: (await pglite.exec(request.sql)).flatMap(({ rows }) => rows) };
    case 'close':
      await pglite.close();
      return {};
  }
}

let worksAs: string | undefined;

/** Nearly every request says the same as the one before. What follows a text that may have changed the session says it anew. */
async function workAs(setting: string | null, text: string): Promise<void> {
  if (setting !== null && setting !== worksAs) {
    worksAs = undefined;
    await pglite.exec(setting);
    worksAs = setting;
  }
  if (unsettles.test(text)) worksAs = undefined;
}

const unsettles = /set_config|(?:^|;)\s*(?:set|reset|discard|do|call|execute)\b/i;

/** Whether Postgres cannot go on: it has aborted, or a full disk broke off what it wrote to its log. */
function isBroken(error: unknown): boolean {
  const { name, severity, message } = error as { name?: unknown; severity?: unknown; message?: unknown }; // read, not trusted
  return name === 'RuntimeError' || severity === 'PANIC' || message === 'XLogBeginInsert was already called';
}

/** An error as plain data: the message and Postgres's own fields, which a structured clone would lose. */
function asData(error: unknown): Record<string, unknown> {
  const fields = [
    'code',
    'detail',
    'hint',
    'position',
    'severity',
    'constraint',
    'table',
    'column',
    'schema',
  ];
  const source = error as Record<string, unknown>; // Postgres errors carry their fields as properties
  const known = fields
    .filter((field) => typeof source[field] === 'string')
    .map((field) => [field, source[field]]);
  return { message: errorMessage(error), ...Object.fromEntries(known) };
}
