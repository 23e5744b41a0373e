import { type Agent, type IncomingMessage, request } from 'node:http';
import { answerText, firstToken } from './conversation.ts';
import type { Subject } from './subject.ts';

/** One turn as its client saw it; milliseconds from the posting. */
export interface Taken {
  number: number;
  firstByteMs: number;
  firstTokenMs: number;
  endMs: number;
  /** What is wrong with it; absent: the answer was the right one, to the letter. */
  fault?: string;
}

export interface Asking {
  thread: string;
  number: number;
  /** How many rows the query of the scenario counts. */
  longFilms: number;
  /** The connections that are used, and kept. */
  agent: Agent;
}

/**
 * Posts a turn over a kept connection, reads its stream to the end, and holds the answer against the one that only this turn's own
 * query of the database gives. The check is done after the clock was stopped.
 */
export async function takeTurn(
  subject: Subject,
  { thread, number, longFilms, agent }: Asking,
): Promise<Taken> {
  const began = performance.now();
  const since = () => performance.now() - began;
  const chunks: Buffer[] = [];
  let firstTokenMs: number | undefined;
  try {
    const response = await post(subject, { thread, number, agent });
    const firstByteMs = since();
    for await (const chunk of response) {
      chunks.push(chunk);
      if (firstTokenMs === undefined && chunk.includes(firstToken)) firstTokenMs = since();
    }
    const endMs = since();
    const stream = Buffer.concat(chunks).toString('utf8');
    const fault = faultOf(response.statusCode, stream, subject.answerIn(stream), number + longFilms);
    return { number, firstByteMs, firstTokenMs: firstTokenMs ?? endMs, endMs, ...(fault && { fault }) };
  } catch (error) {
    const endMs = since();
    return { number, firstByteMs: endMs, firstTokenMs: endMs, endMs, fault: String(error) };
  }
}

function post(
  subject: Subject,
  { thread, number, agent }: Omit<Asking, 'longFilms'>,
): Promise<IncomingMessage> {
  const { path, body } = subject.turn(thread, number);
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${subject.key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    request(`${subject.url}${path}`, { method: 'POST', agent, headers }, resolve)
      .on('error', reject)
      .end(text);
  });
}

function faultOf(status: number | undefined, stream: string, said: string, sum: number): string | undefined {
  if (status !== 200) return `status ${status}: ${stream.slice(0, 300)}`;
  if (said === answerText(sum)) return undefined;
  return `the answer was ${JSON.stringify(said.slice(0, 260))}: ${stream.slice(-400)}`;
}
