import { resolve } from 'node:path';

/** An absolute path inside the project, wherever the process was started. */
export function fromRoot(...parts: string[]): string {
  return resolve(import.meta.dirname, '..', ...parts);
}
