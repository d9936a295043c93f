import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import type { Metafile } from 'esbuild';
import { fromRoot } from './project-root.ts';
import { fileNameOf, STEPS } from './steps.ts';
import type { Step } from './steps.ts';

/** A file of a bundle: its path inside the archive and its bytes. */
interface BundleFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * The code of a step as a Lambda asset: an ES module `index.mjs` and the chunks that it loads as it needs them, with their
 * source maps. All steps are bundled in one esbuild run, so that what they share is compiled once.
 */
export function bundledCode(step: Step): Code {
  return Code.fromAsset(fromRoot('functions'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('scratch'),
      /** Never run; it is part of what CDK tells assets of one source folder apart by. */
      command: [step],
      local: { tryBundle: (outputDir) => writeBundle(outputDir, step) },
    },
  });
}

function writeBundle(outputDir: string, step: Step): boolean {
  for (const { path, contents } of bundleOf(step)) {
    mkdirSync(dirname(join(outputDir, path)), { recursive: true });
    writeFileSync(join(outputDir, path), contents);
  }
  return true;
}

/** What the archive of a step holds. */
export function bundleOf(step: Step): readonly BundleFile[] {
  const { files, metafile } = (built ??= build());
  const entry = `${fileNameOf(step)}.mjs`;
  const used = [...reachable(entry, metafile)].flatMap((path) => [path, `${path}.map`]);
  return used.map((path) => ({
    path: path === entry ? 'index.mjs' : path,
    contents: files.get(path) ?? new Uint8Array(),
  }));
}

interface Built {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
}

let built: Built | undefined;

/** Only a name: nothing is written there. */
const OUTDIR = join('dist', 'functions');

/** Lets what is CommonJS inside the bundle load Node's own modules. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * `target: node20` lets the same bundle run on Node 20 as well as on the newer runtime in AWS; `keepNames` keeps the
 * names that logs and traces show; the SDK is bundled so that a runtime update cannot change it.
 */
function build(): Built {
  const { outputFiles, metafile } = buildSync({
    entryPoints: STEPS.map((step) => fromRoot('functions', `${fileNameOf(step)}.ts`)),
    absWorkingDir: fromRoot(),
    outdir: OUTDIR,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(fromRoot(OUTDIR), path), contents]));
  return { files, metafile };
}

/** The entry and every chunk that it may come to import, statically or not; paths inside the output folder. */
function reachable(entry: string, { outputs }: Metafile): Set<string> {
  const byPath = new Map(Object.entries(outputs).map(([path, output]) => [relative(OUTDIR, path), output]));
  const found = new Set([entry]);
  for (const path of found)
    for (const { path: imported, external } of byPath.get(path)?.imports ?? [])
      if (!external) found.add(relative(OUTDIR, imported));
  return found;
}
