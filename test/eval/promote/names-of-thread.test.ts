import { expect, test } from 'vitest';
import { namesOfThread } from '../../../src/eval/promote/names-of-thread.ts';
import { openTestDatabase } from '../../support/test-database.ts';

test('what holds people or their names is known by the words of its key, and things are not people', async () => {
  const { db } = await openTestDatabase();
  const people = {
    profileName: 'Jane Roe',
    profile_name: 'Kai Moe',
    customer_name: 'Bob Day',
    author: 'Eve Foe',
    caseOwner: 'Mia Low',
    recipients: ['Tom Hay', 'Ida Zen'],
    contact: { first: 'Ola', last: 'Bay' },
    name: { full: 'Una Key' },
  };
  const things = {
    fileName: 'a.txt',
    file_name: 'b.txt',
    graph_name: 'films',
    toolName: 'search',
    hostname: 'web-1',
    owner_id: '7',
    title: 'Report',
    filename: 'c.txt',
  };
  expect(await namesOfThread(db, { ...people, ...things }, [])).toEqual([
    'Jane Roe',
    'Kai Moe',
    'Bob Day',
    'Eve Foe',
    'Mia Low',
    'Tom Hay',
    'Ida Zen',
    'Ola',
    'Bay',
    'Una Key',
  ]);
});
