import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Busy, SettingsInvalid } from '../../core/errors.ts';

/**
 * Locks between processes on one folder. Node has no flock, and a lock file with a pid in it goes stale when its
 * owner is killed or its pid is used again. SQLite locks its file with the operating system, which lets go by
 * itself when the holder dies, on every platform; the files stay empty.
 */
export interface FileLock {
  release(): void;
}

const BUSY = 5;
const PATIENCE_MS = 120_000;

/** Takes the lock alone, or returns `undefined` while anybody else has it. */
export function tryExclusive(path: string): FileLock | undefined {
  return tryLock(path, 'BEGIN EXCLUSIVE');
}

/** Takes the lock together with others, or returns `undefined` while somebody has it alone. */
export function tryShared(path: string): FileLock | undefined {
  return tryLock(path, 'BEGIN; SELECT 1 FROM sqlite_schema');
}

/** Waits to take the lock alone. Calls `onWait` once after a second; throws `Busy` after two minutes. */
export async function acquire(path: string, onWait: () => void): Promise<FileLock> {
  const started = performance.now();
  let told = false;
  for (;;) {
    const lock = tryExclusive(path);
    if (lock) return lock;
    const waited = performance.now() - started;
    if (waited > PATIENCE_MS) throw new Busy(`Another process has held ${path} for two minutes`, 60);
    if (waited > 1000 && !told) {
      told = true;
      onWait();
    }
    await sleep(25);
  }
}

function tryLock(path: string, statement: string): FileLock | undefined {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    file.exec(statement);
    return { release: file.close.bind(file) };
  } catch (error) {
    file?.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw new SettingsInvalid(
      `Cannot lock ${path}: ${(error as Error).message}`,
      'Make the data folder writable for this user, or set UNDERCURRENT_DATA to one that is.',
      { cause: error },
    );
  }
}
