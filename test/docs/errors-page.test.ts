import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as errors from '../../domain/errors.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('explains every error that our code throws', () => {
    const names = Object.keys(errors).filter((name) => name.endsWith('Error'));
    expect(names).toContain('InvalidReleaseError');
    expect(names.filter((name) => !PAGE.includes(`| \`${name}\``))).toEqual([]);
  });
});
