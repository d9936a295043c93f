import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fromRoot } from './project-root.ts';

/** What the CDK app is told; see `app.ts`. */
export interface AssemblyOptions {
  /** Names of the functions that may be released. */
  readonly functions: readonly string[];
  /** Names of verification hook functions. */
  readonly hooks?: readonly string[];
  /** Adds the stack of the example function. */
  readonly example: boolean;
  /** Functions to create with placeholder code, `name` or `name=handler`. */
  readonly placeholders?: readonly string[];
}

/** What the cloud assembly is made of; a change in any of it makes another one. */
const SOURCES = ['infra', 'functions', 'domain', 'statemachine', 'examples/orders', 'package-lock.json'];

/** How many assemblies are kept for the next time. */
const KEPT = 2;
/** One that was made this shortly ago may be about to be read by the process that made it. */
const FRESH_MS = 10 * 60_000;

/**
 * The cloud assembly for these options and the sources as they are: synthesised once, found again by the fingerprint of
 * what it is made of. Several processes may ask at the same time.
 * @returns its folder
 * @throws Error with the CDK app's own output when synthesis fails.
 */
export async function assemble(options: AssemblyOptions): Promise<string> {
  const home = fromRoot('dist', 'assembly');
  const folder = join(home, await fingerprint(options));
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await synthesise(unfinished, options);
    await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    throw cause;
  }
  await forgetOlder(home, folder);
  return folder;
}

/** Synthesises the CDK app in a process of its own, as `cdk synth` does, offline and without the CDK's command line. */
export async function synthesise(outdir: string, options: AssemblyOptions): Promise<void> {
  // What goes into a sandbox is checked by the sandbox; `npm run synth` runs CDK's slow validation.
  const env = {
    ...process.env,
    CDK_VALIDATION: 'false',
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify(contextOf(options)),
  };
  const app = spawn(process.execPath, ['--import', 'tsx', fromRoot('infra', 'app.ts')], {
    cwd: fromRoot(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => app.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`the CDK app ended with code ${code}:\n${said.join('').trim()}`);
}

function contextOf({ functions, hooks = [], example, placeholders = [] }: AssemblyOptions): object {
  return {
    functions: functions.join(','),
    hooks: hooks.join(','),
    placeholders: placeholders.join(','),
    example,
    'aws:cdk:disable-stack-trace': true,
  };
}

async function fingerprint(options: AssemblyOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(contextOf(options)));
  for (const source of SOURCES)
    for (const file of await filesOf(fromRoot(source)))
      hash.update(`\0${relative(fromRoot(), file)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function forgetOlder(home: string, newest: string): Promise<void> {
  const folders = (await readdir(home)).map((name) => join(home, name)).filter((folder) => folder !== newest);
  const aged = await Promise.all(folders.map(async (folder) => ({ folder, at: await madeAt(folder) })));
  const old = aged.filter(({ folder }) => !/\.\d+$/.test(folder)).sort((a, b) => b.at - a.at);
  const unused = old.slice(KEPT - 1).filter(({ at }) => at < Date.now() - FRESH_MS);
  for (const { folder } of unused) await rm(folder, { recursive: true, force: true });
}

/** In ms since the epoch; 0 for one that another process has removed meanwhile. */
async function madeAt(folder: string): Promise<number> {
  return stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
