import { randomUUID } from 'node:crypto';

let lastMs = 0;
let count = 0;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): those that one process makes are in the order of their texts. The 12 bits behind the
 * milliseconds count within one (section 6.2, method 1), and 62 are random. They come from Node's `randomUUID`, which draws for many at once:
 * drawing for one alone costs a system call, and a turn makes several ids.
 */
export function newId(): string {
  tick(Date.now());
  const time = lastMs.toString(16).padStart(12, '0');
  const counted = count.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counted}-${randomUUID().slice(19)}`;
}

/** A clock that stands or goes back counts on, and a full count borrows from the next millisecond. */
function tick(now: number): void {
  if (now > lastMs) {
    lastMs = now;
    count = 0;
  } else if (count < 0xfff) {
    count += 1;
  } else {
    lastMs += 1;
    count = 0;
  }
}
