import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['domain', 'functions', 'infra', 'sandbox', 'cli', 'console', 'bench', 'examples'];
const BUILTIN = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

interface Import {
  readonly file: string;
  /** Path inside the project, or the name of a package. */
  readonly target: string;
  readonly kind: 'project' | 'package' | 'node';
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Static, dynamic and type imports of a file. */
function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => resolved(file, fileName));
}

function resolved(file: string, name: string): Import {
  if (name.startsWith('.')) return { file, target: normalize(join(dirname(file), name)), kind: 'project' };
  if (BUILTIN.has(name)) return { file, target: name, kind: 'node' };
  return {
    file,
    target: name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
    kind: 'package',
  };
}

const imports = FOLDERS.flatMap(filesOf).flatMap(importsOf);
const from = (prefix: string) => imports.filter(({ file }) => file.startsWith(prefix));
const show = (found: readonly Import[]) => found.map(({ file, target }) => `${file} imports ${target}`);

describe('who may import whom', () => {
  it('lets the domain import nothing but itself, zod, semver and pure parts of Node', () => {
    const pure = new Set(['zod', 'semver', 'node:util']);
    const foreign = from(`domain${sep}`).filter(
      ({ target }) => !target.startsWith(`domain${sep}`) && !pure.has(target),
    );
    expect(show(foreign)).toEqual([]);
  });

  it('keeps the clock, randomness and the environment out of the domain', () => {
    const impure =
      /\bDate\.now\(|new Date\(\)|Math\.random\(|(?<![-\w])process\.|performance\.|setTimeout\(|randomUUID|fetch\(/;
    const found = filesOf('domain').filter((file) => impure.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it('lets steps import the domain, ports and what steps share, and only the runtime join them with adapters', () => {
    const steps = from(`functions${sep}`).filter(
      ({ file }) => !file.startsWith(join('functions', 'aws')) && file !== join('functions', 'runtime.ts'),
    );
    const digests = join('functions', 'rollout', 'digest.ts');
    const wrong = steps.filter(({ file, target, kind }) => {
      if (file === digests) return target !== 'node:crypto';
      if (kind === 'package') return target !== 'zod';
      return (
        target.startsWith(join('functions', 'aws')) || !(target.startsWith('domain') || target.startsWith('functions'))
      );
    });
    expect(show(wrong)).toEqual([]);
  });

  it('lets only adapters import the SDK', () => {
    const users = from(`functions${sep}`).filter(({ target }) => target.startsWith('@aws-sdk/'));
    expect(show(users.filter(({ file }) => !file.startsWith(join('functions', 'aws'))))).toEqual([]);
  });

  it('keeps handler code out of infra', () => {
    const allowed = ['infra', 'domain', 'examples'];
    const wrong = from(`infra${sep}`).filter(
      ({ target, kind }) => kind === 'project' && !allowed.some((folder) => target.startsWith(`${folder}${sep}`)),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps everything of ours out of the sandbox: it is AWS, not us', () => {
    const wrong = from(`sandbox${sep}`).filter(
      ({ target, kind }) => kind === 'project' && !target.startsWith(`sandbox${sep}`),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('lets nothing import the command line or the tests', () => {
    const wrong = imports.filter(
      ({ file, target, kind }) =>
        kind === 'project' &&
        (target.startsWith(`test${sep}`) || (target.startsWith(`cli${sep}`) && !file.startsWith(`cli${sep}`))),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('names every imported package in package.json at an exact version', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const versions = { ...dependencies, ...devDependencies };
    const missing = [...new Set(imports.filter(({ kind }) => kind === 'package').map(({ target }) => target))].filter(
      (name) => !(name in versions) && !(`@types/${name}` in versions),
    );
    expect(missing).toEqual([]);
    expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
