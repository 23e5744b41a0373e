import { CallerError } from '../../errors.ts';

/** A response is a run, and a conversation is a thread: their ids are told from each other, and need no table. */
export function responseIdOf(runId: string): string {
  return `resp_${runId.replaceAll('-', '')}`;
}

export function conversationIdOf(threadId: string): string {
  return `conv_${threadId.replaceAll('-', '')}`;
}

/** The run of a response. Throws a `CallerError` (`not-found`) for what is no id of a response. */
export function runIdOf(responseId: string, param = 'response_id'): string {
  return readId(responseId, /^resp_([0-9a-f]{32})$/, { what: 'response', param });
}

/** The thread of a conversation, by its id or by the thread's own. Throws a `CallerError` (`not-found`) for what is neither. */
export function threadIdOf(conversationId: string, param = 'conversation_id'): string {
  const plain = conversationId
    .toLowerCase()
    .replace(/^(\w{8})-(\w{4})-(\w{4})-(\w{4})-(\w{12})$/, 'conv_$1$2$3$4$5');
  return readId(plain, /^conv_([0-9a-f]{32})$/, { what: 'conversation', param });
}

export function noSuch(what: string, id: string, param: string): CallerError {
  const issues = [{ path: param, message: `there is no ${what} ${id}` }];
  return new CallerError('not-found', `The ${what} does not exist.`, { issues });
}

function readId(id: string, form: RegExp, { what, param }: { what: string; param: string }): string {
  const [, hex] = form.exec(id) ?? [];
  if (!hex) throw noSuch(what, id.slice(0, 100), param);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
