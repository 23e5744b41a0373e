import os from 'node:os';
import type { Actor } from './entry.ts';

/** Whoever runs a command where the service runs: the user of the operating system. */
export function commandLineActor(): Actor {
  const id = userName();
  return { kind: 'cli', id, name: `${id}@${os.hostname()}` };
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // of a container, which the system has no name for
  }
}
