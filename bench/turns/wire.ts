import { randomBytes } from 'node:crypto';
import type { Reply } from './script.ts';

/**
 * A reply as OpenAI streams it, in pieces: what is sent with the first token, then a piece a token, then the end. All but the id and
 * the words is made once. Ids are new with every reply, as providers give them.
 */
export function streamOf(reply: Reply): string[] {
  const id = `chatcmpl-${randomBytes(12).toString('hex')}`;
  const piece = (choices: string, usage = '') => `${head}${id}${middle}${choices}${usage}}\n\n`;
  const say = (delta: string, finish = 'null') =>
    piece(`[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]`);
  const end = (finish: string, tokens: number) =>
    `${say('{}', finish)}${piece('[]', usageOf(tokens))}data: [DONE]\n\n`;
  const begin = say('{"role":"assistant","content":"","refusal":null}');
  if ('call' in reply) return [begin + say(callOf(reply)) + end('"tool_calls"', tokensOfCall)];
  const [first = '', ...rest] = reply.tokens.map((token) => say(`{"content":${JSON.stringify(token)}}`));
  return [begin + first, ...rest, end('"stop"', reply.tokens.length)];
}

const tokensOfCall = 20;
const head = 'data: {"id":"';
const middle =
  '","object":"chat.completion.chunk","created":1764000000,"model":"scripted","service_tier":"default","system_fingerprint":"fp_scripted","choices":';

function callOf({ call, args }: { call: string; args: object }): string {
  const id = `call_${randomBytes(12).toString('hex')}`;
  const asked = { name: call, arguments: JSON.stringify(args) };
  return JSON.stringify({ tool_calls: [{ index: 0, id, type: 'function', function: asked }] });
}

function usageOf(tokens: number): string {
  const prompt = 400;
  return `,"usage":{"prompt_tokens":${prompt},"completion_tokens":${tokens},"total_tokens":${prompt + tokens}}`;
}
