import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../infra/project-root.ts';
import { compile } from '../../scripts/compile.mjs';

describe('compile', () => {
  it('writes JavaScript that plain Node.js runs, and whose modules know where their sources are', async () => {
    const url = await compile('infra/project-root.ts');
    expect(existsSync(fileURLToPath(url))).toBe(true);
    const script = `import { fromRoot } from ${JSON.stringify(url)}; process.stdout.write(fromRoot('cli'));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(said).toBe(fromRoot('cli'));
  });

  it('compiles the same sources once, also when several ask at the same time', async () => {
    const urls = await Promise.all([1, 2, 3].map(() => compile('infra/project-root.ts')));
    expect(new Set(urls).size).toBe(1);
  });

  it('refuses what is not there', async () => {
    await expect(compile('cli/nothing.ts')).rejects.toThrow(/nothing\.ts/);
  });
});
