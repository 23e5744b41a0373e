import type { Logger } from 'pino';
import { watchFolders } from './watch-folders.ts';

const shelves = ['agents', 'graphs', 'tools', 'guards'];

/**
 * Loads a project, and loads it again after changes of its files: one load at a time, and one more for all changes
 * that come during one. The returned function ends it when the last load is over. Rejects when the first load does;
 * later failures are logged.
 */
export async function followChanges(
  projectDir: string,
  log: Logger,
  load: () => Promise<void>,
): Promise<() => Promise<void>> {
  let changed = false;
  let working: Promise<void> | undefined;
  const unwatch = watchFolders(projectDir, shelves, {
    onChange() {
      changed = true;
      catchUp();
    },
    onError(error, folder) {
      log.warn({ err: error, folder }, 'changes of files cannot be followed here: restart to load them');
    },
  });

  function catchUp(): void {
    working ??= loadWhileChanged().finally(() => {
      working = undefined;
    });
  }

  async function loadWhileChanged(): Promise<void> {
    while (changed) {
      changed = false;
      await load().catch((error: unknown) => log.error({ err: error }, 'changed files could not be loaded'));
    }
  }

  try {
    working = load();
    await working;
  } catch (error) {
    unwatch();
    throw error;
  }
  working = undefined;
  catchUp(); // a file may have changed while the first load read it
  return async () => {
    unwatch();
    changed = false;
    await working;
  };
}
