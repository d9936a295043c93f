import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SUPPORT_FILE, supportPage } from '../../../sandbox/support/support-page.ts';

describe('SUPPORT.md', () => {
  it('is what sandbox/support/write.ts would write now', async () => {
    expect(await readFile(SUPPORT_FILE, 'utf8')).toBe(await supportPage());
  });
});
