import { CallerError } from '../../errors.ts';

export function noThread(threadId: string): CallerError {
  return new CallerError('not-found', `No thread ${threadId}.`);
}
