import { writeFile } from 'node:fs/promises';
import { SUPPORT_FILE, supportPage } from './support-page.ts';

await writeFile(SUPPORT_FILE, await supportPage());
