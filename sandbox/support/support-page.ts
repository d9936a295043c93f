import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { createSandbox } from '../sandbox.ts';
import { supportTable } from './support-table.ts';

/** Where the support page lies. */
export const SUPPORT_FILE = fileURLToPath(new URL('../SUPPORT.md', import.meta.url));

/** The support page as it should be now, formatted like all files of the project. */
export async function supportPage(): Promise<string> {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  try {
    const style = await resolveConfig(SUPPORT_FILE);
    return await format(supportTable(sandbox.world), { ...style, parser: 'markdown' });
  } finally {
    await sandbox.close();
  }
}
