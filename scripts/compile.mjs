import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = dirname(import.meta.dirname);
const HOME = join(ROOT, 'dist', 'compiled');
/** What is compiled, beside the entry point's own folder; a change in any of it compiles it again. */
const SOURCES = ['cli', 'domain', 'functions', 'infra', 'sandbox', 'examples', 'bench', 'package-lock.json'];
/** Milliseconds after which a compilation that is not the newest goes; a sandbox may run that long and still load parts. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * Compiles an entry point and all that it imports into a few files, once for each state of the sources: loading hundreds
 * of modules through a loader takes a second, and these files a fraction of it.
 * @param {string} entry path below the project's root
 * @returns {Promise<string>} URL of what to import instead
 * @throws {Error} when it cannot be compiled or written: load the source itself
 */
export async function compile(entry) {
  const folder = join(HOME, fingerprint(entry));
  const file = join(folder, 'entry.mjs');
  if (!existsSync(file)) await build(entry, folder);
  return pathToFileURL(file).href;
}

/** Several processes may do this at the same time; whoever is first wins. */
async function build(entry, folder) {
  const esbuild = await import('esbuild');
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await esbuild.build({
      entryPoints: { entry: join(ROOT, entry) },
      outdir: unfinished,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      keepNames: true,
      logLevel: 'silent',
      plugins: [sourcesKnowTheirPlace(esbuild)],
    });
    renameSync(unfinished, folder);
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(join(folder, 'entry.mjs'))) throw cause;
  }
  forgetOlder();
}

/** Modules that look for files beside them look beside their source. */
function sourcesKnowTheirPlace(esbuild) {
  return {
    name: 'sources know their place',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const define = {
          'import.meta.url': JSON.stringify(pathToFileURL(path).href),
          'import.meta.dirname': JSON.stringify(dirname(path)),
        };
        const source = await readFile(path, 'utf8');
        if (!source.includes('import.meta')) return { contents: source, loader: 'ts' };
        const { code } = await esbuild.transform(source, { loader: 'ts', define, sourcefile: path, keepNames: true });
        return { contents: code, loader: 'js' };
      });
    },
  };
}

/** Paths, sizes and times of all sources, and the Node.js that runs them. */
function fingerprint(entry) {
  const hash = createHash('sha256').update(`${entry}\0${process.version}\0${ROOT}`);
  const sources = new Set([...SOURCES, entry.split('/')[0]]);
  for (const source of sources) for (const line of describe(join(ROOT, source))) hash.update(line);
  return hash.digest('hex').slice(0, 16);
}

function* describe(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) yield `${path}\0${found.size}\0${found.mtimeMs}\n`;
  else for (const name of readdirSync(path).sort()) yield* describe(join(path, name));
}

function forgetOlder() {
  for (const name of readdirSync(HOME)) {
    const path = join(HOME, name);
    const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (at < Date.now() - KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
