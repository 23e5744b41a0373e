import type { Context } from 'hono';
import { answerA2aFault } from './a2a/answer-a2a-fault.ts';
import { answerProblem } from './answer-problem.ts';
import type { Fault } from './fault.ts';
import { answerDetail } from './langgraph/answer-detail.ts';
import { answerRpcError } from './mcp/answer-rpc-error.ts';
import { answerErrorObject } from './openai/answer-error-object.ts';

/** Gives a fault the shape that the clients of a door expect. */
export type AnswerFault = (c: Context, fault: Fault) => Response;

const langGraphPath = /^\/(ok|info|assistants|threads|runs|store)(\/|$)/;
const openAiPath = /^\/v1(\/|$)/;
const mcpPath = /^\/mcp(\/|$)/;
const a2aPath = /^\/a2a\/[^/]+\/?$/;

/** How the clients who ask for this path, known or unknown to us, are told of a fault, and when to come again. */
export function answerFaultAt(path: string): AnswerFault {
  const answer = shapeAt(path);
  return (c, fault) => {
    if (fault.retryAfter !== undefined) c.header('Retry-After', String(fault.retryAfter));
    if (fault.status === 401) c.header('WWW-Authenticate', c.get('challenge') ?? 'Bearer realm="baton"');
    return answer(c, fault);
  };
}

function shapeAt(path: string): AnswerFault {
  if (openAiPath.test(path)) return answerErrorObject;
  if (mcpPath.test(path)) return answerRpcError;
  if (a2aPath.test(path)) return answerA2aFault;
  if (langGraphPath.test(path)) return answerDetail;
  return answerProblem;
}
