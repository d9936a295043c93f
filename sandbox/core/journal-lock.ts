import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes this process the only one that uses a data folder. A lock whose process is gone, as after a kill, is taken over.
 * @throws Error when a living process holds it: stop that one, or use another folder.
 */
export function lockFolder(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'lock');
  const holder = holderOf(path);
  if (holder !== undefined && holder !== process.pid && isAlive(holder))
    throw new Error(
      `expected the data folder ${dir} to be free, but process ${holder} uses it: stop it or use another folder`,
    );
  writeFileSync(path, String(process.pid));
  return { release: () => rmSync(path, { force: true }) };
}

function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Signal 0 only asks; a process of another user counts as alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
