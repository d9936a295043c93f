import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../infra/bundle.ts';
import { STEPS } from '../../infra/steps.ts';

/** Lambda's limit for a zipped deployment package that is uploaded directly, in bytes. */
const FIFTY_MB = 50 * 1024 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundles-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the bundles', () => {
  it('load by themselves, each, and export a handler', async () => {
    for (const step of STEPS)
      for (const { path, contents } of bundleOf(step)) {
        await mkdir(dirname(join(folder, step, path)), { recursive: true });
        await writeFile(join(folder, step, path), contents);
      }
    const script = `
      for (const step of ${JSON.stringify(STEPS)})
        console.log(step, typeof (await import(${JSON.stringify(folder)} + '/' + step + '/index.mjs')).handler);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout.trim().split('\n')).toEqual(STEPS.map((step) => `${step} function`));
  });
});

describe.each(STEPS)('the bundle of %s', (step) => {
  it('has every file that it names, with its source map, and stays small', () => {
    const files = bundleOf(step);
    for (const { path, contents } of files) expect(contents.length, path).toBeGreaterThan(0);
    for (const { path } of files.filter((file) => file.path.endsWith('.mjs') && file.path !== 'index.mjs'))
      expect(files.map((file) => file.path)).toContain(`${path}.map`);
    expect(files.reduce((sum, { contents }) => sum + contents.length, 0)).toBeLessThan(FIFTY_MB / 5);
  });
});
