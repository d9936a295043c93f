import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { fileNameOf, STEPS } from './steps.ts';
import type { Step } from './steps.ts';
import { fromRoot } from './project-root.ts';

/** A file of a bundle: its name inside the archive and its bytes. */
interface BundleFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

/**
 * The code of a step as a Lambda asset: one CommonJS file with its dependencies, and its source map.
 * All steps are bundled in one esbuild run, so that synthesis takes seconds.
 */
export function bundledCode(step: Step): Code {
  return Code.fromAsset(fromRoot('functions'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('scratch'),
      local: { tryBundle: (outputDir) => writeBundle(outputDir, step) },
    },
  });
}

function writeBundle(outputDir: string, step: Step): boolean {
  for (const { name, contents } of bundles().get(fileNameOf(step)) ?? []) {
    mkdirSync(outputDir, { recursive: true });
    writeFileSync(join(outputDir, name), contents);
  }
  return true;
}

let built: ReadonlyMap<string, readonly BundleFile[]> | undefined;

function bundles(): ReadonlyMap<string, readonly BundleFile[]> {
  built ??= build();
  return built;
}

/**
 * `target: node20` lets the same bundle run on Node 20 as well as on the newer runtime in AWS; `keepNames` keeps the
 * names that logs and traces show; the SDK is bundled so that a runtime update cannot change it.
 */
function build(): ReadonlyMap<string, readonly BundleFile[]> {
  const { outputFiles } = buildSync({
    entryPoints: STEPS.map((step) => ({
      in: fromRoot('functions', `${fileNameOf(step)}.ts`),
      out: join(fileNameOf(step), 'index'),
    })),
    outdir: fromRoot('dist', 'functions'),
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  const byStep = new Map<string, BundleFile[]>();
  for (const file of outputFiles) {
    const step = basename(dirname(file.path));
    byStep.set(step, [...(byStep.get(step) ?? []), { name: basename(file.path), contents: file.contents }]);
  }
  return byStep;
}
