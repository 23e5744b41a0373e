import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CronFields } from '../../db/crons.ts';
import { CallerError } from '../../errors.ts';
import type { JsonObject } from '../../message.ts';
import { checkInput } from '../check-input.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { unsupported } from '../unsupported.ts';
import { type RunRequest, runRequestSchema } from './run-request.ts';

/** Of the payload and of the metadata, in bytes of JSON. */
const mostBytes = 64 * 1024;

const timeSchema = z
  .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()], 'expected a time in ISO 8601')
  .transform((text) => new Date(hasZone(text) ? text : `${text}Z`));

const shape = {
  timezone: z
    .string()
    .min(1)
    .max(64)
    .nullish()
    .describe('An IANA name such as Europe/Berlin; UTC unless given.'),
  end_time: timeSchema.nullish().describe('When it stops; without an offset, in UTC.'),
  enabled: z.boolean().nullish(),
  on_run_completed: z
    .enum(['delete', 'keep'])
    .nullish()
    .describe('What becomes of the thread of a run’s own; deleted unless it is to be kept.'),
  metadata: jsonObjectSchema.nullish().describe('Of the cron and of its runs.'),
  on_completion: unsupported('on_completion (say on_run_completed)'),
};
const scheduleSchema = z
  .string()
  .min(1, 'the schedule is empty')
  .max(256)
  .describe('A cron expression: minute, hour, day of month, month, day of week.');

/** The body that makes a cron: beside what is named here, what a run is asked. */
export const cronRequestSchema = z.looseObject({
  ...shape,
  schedule: scheduleSchema,
  assistant_id: z.string().min(1, 'expected the name of a graph or the id of its assistant'),
});

/** The body that changes a cron: what is left out stays. */
export const cronPatchSchema = z.looseObject({
  ...shape,
  schedule: scheduleSchema.nullish(),
  assistant_id: unsupported('another assistant'),
  thread_id: unsupported('another thread'),
});

export type CronRequest = z.output<typeof cronRequestSchema>;
export type CronPatch = z.output<typeof cronPatchSchema>;

/** What is said of a cron, above what it was. Of the payload, a field that is null is taken out. */
export function cronFields(asked: CronPatch | CronRequest, was?: CronFields): CronFields {
  const { schedule, timezone, end_time, enabled, on_run_completed, metadata, ...run } = asked;
  const fields = {
    schedule: schedule ?? was?.schedule ?? '',
    timezone: timezone ?? was?.timezone ?? 'UTC',
    end_time: end_time === undefined ? (was?.end_time ?? null) : end_time,
    enabled: enabled ?? was?.enabled ?? true,
    on_run_completed: on_run_completed ?? was?.on_run_completed ?? 'delete',
    payload: payloadOf({ ...was?.payload, ...run }),
    metadata: { ...was?.metadata, ...metadata },
  };
  refuseLarge(fields);
  return fields;
}

/** What a cron asks, with messages that are new each time. Throws a `CallerError` for what no run can be asked. */
export function runRequestOf(
  cron: { cron_id: string; assistant_id: string; thread_id: string | null } & Pick<
    CronFields,
    'payload' | 'metadata' | 'on_run_completed'
  >,
): RunRequest {
  const request = checkInput(runRequestSchema, {
    ...cron.payload,
    assistant_id: cron.assistant_id,
    metadata: { ...cron.metadata, cron_id: cron.cron_id },
    ...(!cron.thread_id && { on_completion: cron.on_run_completed }),
  });
  const input = request.input?.map((message) => ({ ...message, id: randomUUID() }));
  return { ...request, ...(input && { input }) };
}

function payloadOf(run: Record<string, unknown>): JsonObject {
  const { assistant_id: _assistant, thread_id: _thread, on_completion: _completion, ...payload } = run;
  const said = Object.entries(payload).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(said) as JsonObject; // the body is JSON
}

function refuseLarge(fields: Pick<CronFields, 'payload' | 'metadata'>): void {
  const issues = (['payload', 'metadata'] as const)
    .filter((path) => Buffer.byteLength(JSON.stringify(fields[path])) > mostBytes)
    .map((path) => ({ path, message: `expected at most ${mostBytes} bytes of JSON` }));
  if (issues.length > 0) throw new CallerError('invalid-request', 'The request is not valid.', { issues });
}

/** A date alone is one in UTC. */
function hasZone(text: string): boolean {
  return !text.includes('T') || /(Z|[+-]\d\d:\d\d)$/.test(text);
}
