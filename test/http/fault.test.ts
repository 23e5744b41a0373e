import { expect, test } from 'vitest';
import { faultOf } from '../../src/http/fault.ts';

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code && { code });
}

test.each([
  ['a connection that was refused', failure('connect ECONNREFUSED 10.0.0.7:5432', 'ECONNREFUSED')],
  ['a server that shuts down', failure('terminating connection', '57P01')],
  ['a server that starts', failure('the database system is starting up', '57P03')],
  ['a connection that broke', failure('Connection terminated unexpectedly')],
  ['a pool that waited too long', failure('timeout exceeded when trying to connect')],
])('%s is 503, and nothing of its message is told', (_, error) => {
  const fault = faultOf(error);
  expect(fault).toMatchObject({ status: 503, code: 'unavailable' });
  expect(fault.message).not.toContain(error.message);
});

test.each([
  ['a failed constraint', failure('duplicate key value', '23505')],
  ['a bug', failure('undefined is not a function')],
  ['a thrown text', 'Connection terminated'],
])('%s is 500', (_, error) => {
  expect(faultOf(error)).toMatchObject({ status: 500, code: 'internal' });
});
