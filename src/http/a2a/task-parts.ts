import { type Message, type Part, Role } from '@a2a-js/sdk';
import type { Json } from '../../message.ts';

export function textPart(value: string): Part {
  return { ...plain, content: { $case: 'text', value }, mediaType: 'text/plain' };
}

export function dataPart(value: object): Part {
  return { ...plain, content: { $case: 'data', value }, mediaType: 'application/json' };
}

/** Where a message belongs. */
export interface Spoken {
  messageId: string;
  taskId: string;
  contextId: string;
}

export function userMessage(ids: Spoken, parts: Part[]): Message {
  return { ...ids, role: Role.ROLE_USER, parts, ...nothingElse };
}

export function agentMessage(ids: Spoken, parts: Part[]): Message {
  return { ...ids, role: Role.ROLE_AGENT, parts, ...nothingElse };
}

/** What a person answered, as a part. */
export function answerPart(resume: Json): Part {
  return typeof resume === 'string' ? textPart(resume) : dataPart({ resume });
}

const plain = { metadata: undefined, filename: '' };
const nothingElse = { metadata: undefined, extensions: [], referenceTaskIds: [] };
