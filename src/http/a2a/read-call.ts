import { randomUUID } from 'node:crypto';
import { isLegacyJsonRpcMethod, isV1JsonRpcMethod } from '@a2a-js/sdk/compat/v0_3';
import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import { z } from 'zod';
import { jsonObjectSchema } from '../json-schema.ts';

/** A call of a method that there is, with parameters of the right shape. */
export interface Call {
  id: string | number | null;
  method: string;
  /** Protocol 0.3, whose methods have names like `message/send`; otherwise 1.0. */
  isLegacy: boolean;
  body: { jsonrpc: '2.0'; id: string | number | null; method: string; params: Record<string, unknown> };
}

export interface RpcError {
  jsonrpc: '2.0';
  id: string | number | null;
  error: { code: number; message: string };
}

const id = z.union([z.string().max(1_000), z.int(), z.null()]);
const envelopeSchema = z.looseObject({
  jsonrpc: z.literal('2.0', 'expected "2.0"'),
  id: id.default(null),
  method: z.string('expected the name of a method').min(1).max(200),
});
const optionalText = z.string().max(255).nullish();
const partSchema = z
  .looseObject({
    kind: z.string().optional(),
    text: z.string().optional(),
    file: z.looseObject({}).optional(),
    url: z.string().optional(),
    raw: z.string().optional(),
    metadata: jsonObjectSchema.optional(),
  })
  .refine(
    ({ kind, ...part }) => (kind !== 'text' && kind !== 'file') || part[kind] !== undefined,
    'does not hold what its kind says',
  );
const sendSchema = z.looseObject({
  message: z
    .looseObject({
      messageId: z
        .string()
        .max(255)
        .nullish()
        .transform((given) => given || randomUUID()), // LangGraph's server takes messages without one
      contextId: optionalText,
      taskId: optionalText,
      parts: z.array(partSchema, 'expected a list of parts').min(1, 'say something').max(1_000),
      metadata: jsonObjectSchema.nullish(),
      extensions: z.array(z.string()).nullish(),
      referenceTaskIds: z.array(z.string()).nullish(),
    })
    .transform(withoutNulls),
  configuration: z
    .looseObject({
      acceptedOutputModes: z.array(z.string()).nullish(),
      historyLength: z.int().min(0).nullish(),
      blocking: z.boolean().nullish(),
      returnImmediately: z.boolean().nullish(),
    })
    .transform((asked) => ({ ...withoutNulls(asked), blocking: asked.blocking ?? true }))
    .optional(),
  metadata: jsonObjectSchema.optional(),
});
const taskSchema = z.looseObject({
  id: z.string('expected the id of a task').min(1),
  historyLength: z.int().min(0).optional(),
});
const schemas: Record<string, z.ZodType<Record<string, unknown>>> = {
  'message/send': sendSchema,
  'message/stream': sendSchema,
  SendMessage: sendSchema,
  SendStreamingMessage: sendSchema,
  'tasks/get': taskSchema,
  'tasks/cancel': taskSchema,
  'tasks/resubscribe': taskSchema,
  GetTask: taskSchema,
  CancelTask: taskSchema,
  SubscribeToTask: taskSchema,
};
const anyParams = z.looseObject({}).default({});

/** Reads a call out of a JSON body, or says what is wrong with it. */
export function readCall(body: unknown): Call | RpcError {
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success)
    return rpcError(idOf(body), A2A_ERROR_CODE.INVALID_REQUEST, describe(envelope.error));
  const { id, method, params } = envelope.data;
  const isLegacy = isLegacyJsonRpcMethod(method);
  const isKnown = (isLegacy || isV1JsonRpcMethod(method)) && !(method in Object.prototype); // the library takes constructor for one
  if (!isKnown) return rpcError(id, A2A_ERROR_CODE.METHOD_NOT_FOUND, `There is no method ${method}.`);
  if (/PushNotificationConfig/i.test(method)) return noPush(id);
  const asked = (schemas[method] ?? anyParams).safeParse(params);
  if (!asked.success) return rpcError(id, A2A_ERROR_CODE.INVALID_PARAMS, describe(asked.error, 'params.'));
  if (wantsPush(asked.data.configuration)) return noPush(id);
  return { id, method, isLegacy, body: { jsonrpc: '2.0', id, method, params: asked.data } };
}

export function rpcError(id: RpcError['id'], code: number, message: string): RpcError {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

function noPush(id: RpcError['id']): RpcError {
  const message = 'There are no push notifications: watch the task, or get it.';
  return rpcError(id, A2A_ERROR_CODE.PUSH_NOTIFICATION_NOT_SUPPORTED, message);
}

function wantsPush(configuration: unknown): boolean {
  const { pushNotificationConfig, taskPushNotificationConfig } = Object(configuration);
  return Boolean(pushNotificationConfig ?? taskPushNotificationConfig);
}

function describe({ issues }: z.ZodError, place = ''): string {
  const texts = issues.map(({ path, message }) => `${place}${path.join('.')}: ${message}`);
  return `The request is not valid. ${texts.join('. ')}.`;
}

function idOf(body: unknown): RpcError['id'] {
  return z.object({ id }).safeParse(body).data?.id ?? null;
}

/** An absent field may be said as null. */
function withoutNulls<T extends object>(asked: T): T {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null)) as T; // its optional fields alone go
}
