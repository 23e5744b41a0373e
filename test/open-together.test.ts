import { expect, test } from 'vitest';
import { openTogether } from '../src/open-together.ts';

/** Something open, which says when it is closed. */
function thing(name: string, closed: string[]) {
  return {
    name,
    close: () => {
      closed.push(name);
    },
  };
}

test('what is opened together comes in its order', async () => {
  const [first, second] = await openTogether(
    new Promise<{ name: string; close(): void }>((resolve) => setImmediate(resolve, thing('first', []))),
    Promise.resolve(thing('second', [])),
  );
  expect([first.name, second.name]).toEqual(['first', 'second']);
});

test('when some cannot be opened, the rest is closed, also what opens later, and the first error is told', async () => {
  const closed: string[] = [];
  const late = new Promise<{ close(): void }>((resolve) => setImmediate(resolve, thing('late', closed)));
  const opening = openTogether(
    Promise.resolve(thing('early', closed)),
    late,
    Promise.reject(new Error('no door')),
    Promise.reject(new Error('no window')),
  );
  await expect(opening).rejects.toThrow('no door');
  expect(closed).toEqual(['early', 'late']);
});

test('what cannot be closed keeps nothing else from being closed', async () => {
  const closed: string[] = [];
  const stuck = { close: () => Promise.reject(new Error('stuck')) };
  const opening = openTogether(
    Promise.resolve(stuck),
    Promise.resolve(thing('other', closed)),
    Promise.reject(new Error('no door')),
  );
  await expect(opening).rejects.toThrow('no door');
  expect(closed).toEqual(['other']);
});
