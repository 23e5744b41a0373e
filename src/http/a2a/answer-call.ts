import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server';
import { A2A_ERROR_CODE, A2AError } from '@a2a-js/sdk/errors';
import { JsonRpcTransportHandler, ServerCallContext } from '@a2a-js/sdk/server';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { StreamMovedError } from '../../turn/stream-moved-error.ts';
import { faultOf } from '../fault.ts';
import type { HttpEnv } from '../http-env.ts';
import type { FoundAssistant } from '../langgraph/find-assistant.ts';
import { readBody } from '../read-body.ts';
import { serverSentEvents, streamAnswer, waitingJson } from '../stream-answer.ts';
import { toA2aError } from './a2a-error.ts';
import { type Call, type RpcError, readCall, rpcError } from './read-call.ts';
import { openTaskHandler } from './task-handler.ts';

/** Answers a call in the version of the protocol that its method belongs to. */
export async function answerCall(
  context: AppContext,
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
): Promise<Response> {
  const version = c.req.header('a2a-version');
  if (version && !/^(1\.0|0\.3)(\.\d+)?$/.test(version)) {
    const message = `Version ${version.slice(0, 20)} of the protocol is not spoken here: 1.0 and 0.3 are.`;
    return c.json(rpcError(null, A2A_ERROR_CODE.VERSION_NOT_SUPPORTED, message));
  }
  const read = await readBody(c, z.unknown()).then(readCall, refuseNoJson);
  if ('error' in read) return c.json(read, read.error.code === A2A_ERROR_CODE.PARSE_ERROR ? 400 : 200);
  return carryOut(context, c, assistant, read);
}

/** Throws what is wrong with a body that is JSON. */
function refuseNoJson(error: unknown): RpcError {
  const isNoJson = error instanceof CallerError && error.cause instanceof Error;
  if (isNoJson) return rpcError(null, A2A_ERROR_CODE.PARSE_ERROR, error.message);
  throw error;
}

async function carryOut(
  context: AppContext,
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
  { id, isLegacy, body }: Call,
): Promise<Response> {
  const left = new AbortController();
  const leave = () => left.abort();
  c.req.raw.signal.addEventListener('abort', leave, { once: true });
  const accepted = Promise.withResolvers<'accepted'>();
  let failure: unknown;
  const handler = openTaskHandler(context, c, {
    assistant,
    signal: left.signal,
    onAccepted: () => accepted.resolve('accepted'),
    onError(error) {
      failure = error;
    },
  });
  const Handler = isLegacy ? LegacyJsonRpcTransportHandler : JsonRpcTransportHandler;
  const asked = new ServerCallContext({ requestedVersion: isLegacy ? '0.3' : '1.0' });
  const handled: Promise<Handled> = new Handler(handler).handle({ ...body }, asked);
  const answer = await Promise.race([handled, accepted.promise]);
  if (answer === 'accepted') return answerLater();
  return isStream(answer) ? answerStream(answer) : answerNow(answer);

  function answerNow(answer: object): Response {
    if (isPassing(failure)) throw failure;
    if (failure === undefined && 'error' in answer) refuseUnread(answer.error);
    return c.json(answer);
  }

  /** A quiet connection is kept open until the task ends or waits. */
  function answerLater(): Response {
    async function* chunks(): AsyncGenerator<string> {
      const answer = await handled;
      if (failure instanceof StreamMovedError) throw failure;
      tellOurs();
      yield JSON.stringify(answer);
    }
    return streamAnswer(c, chunks, { wire: waitingJson, onLeave: leave, onError: toError });
  }

  async function answerStream(events: AsyncGenerator<object>): Promise<Response> {
    const first = await events.next().catch((error: unknown) => {
      if (isPassing(failure)) throw failure;
      return toError(error);
    });
    if (typeof first === 'string') return c.body(first, 200, { 'Content-Type': 'application/json' });
    return streamAnswer(c, () => frames(first, events), {
      wire: serverSentEvents,
      onLeave: leave,
      onError(error) {
        tellOurs();
        return `data: ${toError(error)}\n\n`;
      },
    });
  }

  function toError(error: unknown): string {
    return JSON.stringify({ jsonrpc: '2.0', id, error: errorObject(error, isLegacy) });
  }

  function tellOurs(): void {
    if (isPassing(failure) && !(failure instanceof CallerError))
      c.get('log').error({ err: failure }, 'a task could not be told');
  }
}

type Handled = object | AsyncGenerator<object>;

function isStream(answer: Handled): answer is AsyncGenerator<object> {
  return Symbol.asyncIterator in answer;
}

/** What the library refuses with an error of its own code is not ours to show when it is no refusal. */
function refuseUnread(error: unknown): void {
  const { code, message } = Object(error);
  if (code === A2A_ERROR_CODE.INTERNAL_ERROR) throw new Error(`A call could not be read: ${message}`);
}

async function* frames(first: IteratorResult<object>, rest: AsyncGenerator<object>): AsyncGenerator<string> {
  if (!first.done) yield frame(first.value);
  for await (const event of rest) yield frame(event);
}

function frame(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function errorObject(error: unknown, isLegacy: boolean): object {
  const told = toA2aError(error);
  return isLegacy
    ? LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(told)
    : JsonRpcTransportHandler.mapToJSONRPCError(told);
}

/** What passes by itself, and what is ours, is told by the status as well: clients come again by that. */
function isPassing(error: unknown): boolean {
  return error !== undefined && !(error instanceof A2AError) && faultOf(error).status >= 429;
}
