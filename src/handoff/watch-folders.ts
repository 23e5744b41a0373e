import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Events come in bursts: an editor renames, several files are saved at once. This long a silence ends one, in milliseconds. */
const quietMs = 100;

export interface Watching {
  /** Called once after each burst of changes. */
  onChange(): void;
  /** Something cannot be watched: changes there will not be heard. */
  onError(error: Error, folder: string): void;
}

/**
 * Watches some folders inside `parent`, which may come and go, for changes of the files directly in them.
 * The returned function stops it. Watching alone does not keep the process up.
 *
 * Each folder is watched by itself and not `parent` with all below it, where a system may have to walk
 * through every package; files that links in a folder lead to are not watched.
 */
export function watchFolders(parent: string, folders: string[], { onChange, onError }: Watching): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function heard(): void {
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs).unref();
  }

  function open(folder: string, onEvent: (file: string | null) => void): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
    try {
      const watcher = watch(path.join(parent, folder), { persistent: false }, (_, file) => onEvent(file));
      watcher.on('error', (error) => {
        watcher.close();
        onError(error, folder);
      });
      watchers.set(folder, watcher);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onError(error as Error, folder); // node:fs throws errors
    }
  }

  /** A folder that was made, moved or deleted is another one under the same name. */
  function heardInParent(file: string | null): void {
    const touched = folders.filter((folder) => file === null || file === folder);
    for (const folder of touched) open(folder, heard);
    if (touched.length > 0) heard();
  }

  open('.', heardInParent);
  for (const folder of folders) open(folder, heard);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
