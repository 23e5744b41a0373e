import {
  A2AError,
  RequestMalformedError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors';
import { CallerError } from '../../errors.ts';
import { faultOf } from '../fault.ts';

/** What to tell an agent about anything thrown. An error that is not the caller's keeps its message to itself. */
export function toA2aError(error: unknown): A2AError {
  if (error instanceof A2AError) return error;
  const { code, message, issues } = faultOf(error);
  const text = textOfFault({ message, issues });
  if (code === 'not-found') return new TaskNotFoundError(text);
  if (code === 'conflict') return new UnsupportedOperationError(text);
  if (error instanceof CallerError && code !== 'unavailable' && code !== 'too-many-requests')
    return new RequestMalformedError(text);
  return new A2AError(text); // -32603
}

/** A message and what is wrong where, in one line. */
export function textOfFault({
  message,
  issues,
}: Pick<ReturnType<typeof faultOf>, 'message' | 'issues'>): string {
  return `${message}${issues.map(({ path, message: what }) => ` ${path ? `${path}: ` : ''}${what}.`).join('')}`;
}
