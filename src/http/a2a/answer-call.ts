import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server';
import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import { JsonRpcTransportHandler, ServerCallContext } from '@a2a-js/sdk/server';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { faultOf } from '../fault.ts';
import type { HttpEnv } from '../http-env.ts';
import type { FoundAssistant } from '../langgraph/find-assistant.ts';
import { readBody } from '../read-body.ts';
import { serverSentEvents, streamAnswer } from '../stream-answer.ts';
import { toA2aError } from './a2a-error.ts';
import { type Call, readCall, rpcError } from './read-call.ts';
import { openTaskHandler } from './task-handler.ts';

/** Answers a call in the version of the protocol that its method belongs to. */
export async function answerCall(
  context: AppContext,
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
): Promise<Response> {
  const said = c.req.header('a2a-version');
  if (said && !/^(1\.0|0\.3)(\.\d+)?$/.test(said)) {
    const message = `Version ${said.slice(0, 20)} of the protocol is not spoken here: 1.0 and 0.3 are.`;
    return c.json(rpcError(null, A2A_ERROR_CODE.VERSION_NOT_SUPPORTED, message));
  }
  const body = await readBody(c, z.unknown()).catch((error: unknown) => notJson(error));
  const call = body instanceof NotJson ? body.answer : readCall(body);
  if ('error' in call) return c.json(call);
  return carryOut(context, c, assistant, call);
}

async function carryOut(
  context: AppContext,
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
  call: Call,
): Promise<Response> {
  const left = new AbortController();
  const leave = () => left.abort();
  c.req.raw.signal.addEventListener('abort', leave, { once: true });
  let failure: unknown;
  const handler = openTaskHandler(context, c, {
    assistant,
    signal: left.signal,
    onError(error) {
      failure = error;
      tellOurs(c, error);
    },
  });
  const { isLegacy, body, id } = call;
  const transport = isLegacy ? new LegacyJsonRpcTransportHandler(handler) : new JsonRpcTransportHandler(handler);
  const asked = new ServerCallContext({ requestedVersion: isLegacy ? '0.3' : '1.0' });
  const answer = await transport.handle(body, asked);
  if (!(Symbol.asyncIterator in answer)) {
    if (isPassing(failure)) throw failure;
    return c.json(answer);
  }
  const events: AsyncGenerator<object> = answer;
  const tell = (error: unknown) => ({ jsonrpc: '2.0', id, error: errorObject(error, isLegacy) });
  const first = await events.next().catch((error: unknown) => {
    if (isPassing(failure)) throw failure;
    return tell(error);
  });
  if ('jsonrpc' in first) return c.json(first);
  return streamAnswer(c, (signal) => frames(first, events, signal, leave), {
    wire: serverSentEvents,
    onError: (error) => frame(tell(error)),
  });
}

async function* frames(
  first: IteratorResult<object>,
  rest: AsyncGenerator<object>,
  signal: AbortSignal,
  leave: () => void,
): AsyncGenerator<string> {
  signal.addEventListener('abort', leave, { once: true });
  if (!first.done) yield frame(first.value);
  for await (const event of rest) yield frame(event);
}

function frame(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** What passes by itself, and what is ours, is told by the status as well: clients try again by that. */
function isPassing(error: unknown): boolean {
  return error !== undefined && !('envelopeCode' in Object(error)) && statusOf(error) >= 429;
}
