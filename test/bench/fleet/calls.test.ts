import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CALLS_PAGE, callsPage } from '../../../bench/fleet/calls-page.ts';

describe('the table of calls in docs/operations/rate-limits.md', () => {
  it('is what bench/calls.ts would write now', async () => {
    expect(await callsPage()).toBe(readFileSync(CALLS_PAGE, 'utf8'));
  });
});
