import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as errors from '../../domain/errors.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8');

/** What all files of a folder with this ending say. */
function textsOf(folder: string, ending: string): string {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith(ending));
  return files.map((name) => readFileSync(join(ROOT, folder, name), 'utf8')).join('\n');
}

function unexplained(names: readonly string[]): string[] {
  return names.filter((name) => !PAGE.includes(`| \`${name}\``));
}

describe('docs/errors.md', () => {
  it('explains every error that our code throws', () => {
    const names = Object.keys(errors).filter((name) => name.endsWith('Error'));
    expect(names).toContain('InvalidReleaseError');
    expect(unexplained(names)).toEqual([]);
  });

  it('explains every name that the machines and their steps give an end', () => {
    const machines = textsOf('statemachine', '.json').match(/(?<="error": ")[A-Z]\w+(?=")/gi) ?? [];
    const steps = textsOf('functions', '.ts').match(/(?<=\berror: ')[A-Z]\w+(?=')/g) ?? [];
    const names = [...new Set([...machines, ...steps])];
    expect(names).toEqual(expect.arrayContaining(['GroupLeftOpen', 'MemberFailed']));
    expect(unexplained(names)).toEqual([]);
  });
});
