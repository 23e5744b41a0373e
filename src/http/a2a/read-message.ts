import { type Message, type Part, Role } from '@a2a-js/sdk';
import { ContentTypeNotSupportedError } from '@a2a-js/sdk/errors';
import { CallerError } from '../../errors.ts';
import type { HumanMessage, Json } from '../../message.ts';

/** What a message comes to: something said, or the answer to what its task waits for. */
export type ReadMessage = { input: HumanMessage[] } | { input: []; resume: Json };

/**
 * Reads a message. A data part `{ resume }` answers what the thread waits for; text does when the message is sent to
 * a task. Throws a `CallerError` for what says nothing, and an A2A error for files.
 */
export function readMessage({ role, parts, messageId, taskId }: Message): ReadMessage {
  if (role !== Role.ROLE_USER) throw refused('message.role', 'expected the role of the user');
  const answers = parts.flatMap(resumeOf);
  if (answers.length > 1 || (answers.length > 0 && parts.length > 1))
    throw refused('message.parts', 'answer once, and say nothing beside it');
  const [answer] = answers;
  if (answer) return { input: [], resume: answer.resume };
  const text = parts.map(textOfPart).join('\n').trim();
  if (!text) throw refused('message.parts', 'say something');
  if (taskId) return { input: [], resume: text };
  return { input: [{ type: 'human', id: messageId, content: text }] };
}

/** LangGraph's list of answers by id is an object by id to the machine. */
function resumeOf({ content }: Part): { resume: Json }[] {
  if (content?.$case !== 'data') return [];
  const { resume } = asRecord(content.value);
  if (resume === undefined) return [];
  const list = Array.isArray(resume) ? resume.map(asRecord) : [];
  const byId = list.map(({ id, value = null }) => [String(id), value] as const);
  const isList = list.length > 0 && list.every(({ id }) => typeof id === 'string');
  return [{ resume: isList ? Object.fromEntries(byId) : resume }];
}

function textOfPart({ content, mediaType }: Part): string {
  if (content?.$case === 'text') return content.value;
  if (content?.$case === 'data') return JSON.stringify(content.value);
  if (!content) throw refused('message.parts', 'expected text or data in each part');
  throw new ContentTypeNotSupportedError(
    `A part of ${mediaType || 'a file'} cannot be read: send text or data.`,
  );
}

function asRecord(value: unknown): Record<string, Json> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, Json>) : {}; // out of a JSON body
}

function refused(path: string, message: string): CallerError {
  return new CallerError('invalid-request', 'The request is not valid.', { issues: [{ path, message }] });
}
