import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { callTable } from './count-calls.ts';

/** The page that holds the table of calls. */
export const CALLS_PAGE = fileURLToPath(new URL('../../docs/operations/rate-limits.md', import.meta.url));

const TABLE = /(<!-- calls: begin -->\n)[\s\S]*(<!-- calls: end -->)/;

/** The page as it should be now, with the table counted anew. */
export async function callsPage(): Promise<string> {
  const page = readFileSync(CALLS_PAGE, 'utf8');
  if (!TABLE.test(page)) throw new Error(`expected ${CALLS_PAGE} to mark where its table begins and ends`);
  const table = await callTable();
  const filled = page.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${table}\n${end}`);
  return format(filled, { ...(await resolveConfig(CALLS_PAGE)), parser: 'markdown' });
}
