/** The worker thread in which embedded Postgres lives. Answers one request at a time; see `pglite.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { errorMessage } from '../errors.ts';
import { pgliteParsers } from './value-types.ts';

export interface ThreadData {
  dataDir: string;
}

export type ThreadRequest =
  | {
      id: number;
      do: 'query';
      sql: string;
      parameters: unknown[];
      rowMode: 'array' | 'object';
      /** A statement to run before it, in one transaction with it. */
      setting?: string;
    }
  | { id: number; do: 'exec'; sql: string }
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
      const result = request.setting ? await inTransaction(request.setting, request) : await query(request);
      return { rows: result.rows, affectedRows: result.affectedRows ?? 0, fields: result.fields };
    }
    case 'exec':
      return { rows: (await pglite.exec(request.sql)).flatMap(({ rows }) => rows) };
    case 'close':
      await pglite.close();
      return {};
  }
}

function query({ sql, parameters, rowMode }: Extract<ThreadRequest, { do: 'query' }>) {
  return pglite.query(sql, parameters, { rowMode });
}

async function inTransaction(setting: string, request: Extract<ThreadRequest, { do: 'query' }>) {
  await pglite.exec(`begin; ${setting}`);
  try {
    const result = await query(request);
    await pglite.exec('commit');
    return result;
  } catch (error) {
    await pglite.exec('rollback');
    throw error;
  }
}

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
