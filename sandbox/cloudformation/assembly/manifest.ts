import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, textOf, type TemplateObject, type TemplateValue } from '../template/intrinsics.ts';

/** A stack as `cdk synth` wrote it. */
export interface StackArtifact {
  readonly stackName: string;
  readonly templateFile: string;
  /** Files that list the assets of the stack. */
  readonly assetFiles: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

interface Artifact {
  readonly type?: string;
  readonly environment?: string;
  readonly properties?: TemplateObject;
  readonly dependencies?: readonly string[];
  readonly displayName?: string;
}

/**
 * Finds a stack in a cloud assembly, by its name or the id of its artifact.
 * @throws Error that lists the stacks there are, or that says which account and Region the stack is meant for.
 */
export async function readStack(
  assembly: string,
  stack: string,
  account: { readonly accountId: string; readonly region: string },
): Promise<StackArtifact> {
  const artifacts = await readArtifacts(assembly);
  const stacks = Object.entries(artifacts).filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const named = stacks.find(([id, artifact]) => id === stack || nameOf(id, artifact) === stack);
  if (!named) {
    const known = stacks.map(([id, artifact]) => nameOf(id, artifact)).join(', ');
    throw new Error(`expected ${assembly} to contain the stack ${stack}, got ${known || 'no stack'}`);
  }
  const [id, artifact] = named;
  checkEnvironment(id, artifact.environment, account);
  return {
    stackName: nameOf(id, artifact),
    templateFile: join(assembly, textOf(artifact.properties?.['templateFile'])),
    assetFiles: assetFiles(artifacts, artifact).map((file) => join(assembly, file)),
    parameters: strings(artifact.properties?.['parameters']),
    tags: strings(artifact.properties?.['tags']),
  };
}

async function readArtifacts(assembly: string): Promise<Readonly<Record<string, Artifact>>> {
  const text = await readFile(join(assembly, 'manifest.json'), 'utf8').catch((cause: unknown) => {
    throw new Error(`expected a cloud assembly in ${assembly}: run cdk synth first`, { cause });
  });
  return (JSON.parse(text) as { artifacts?: Record<string, Artifact> }).artifacts ?? {};
}

function nameOf(id: string, artifact: Artifact): string {
  const name = artifact.properties?.['stackName'];
  return typeof name === 'string' ? name : id;
}

/** A stack that was synthesised for a certain account has its ARNs written out: it would not fit this one. */
function checkEnvironment(
  id: string,
  environment: string | undefined,
  account: { readonly accountId: string; readonly region: string },
): void {
  const [, accountId = '', region = ''] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment ?? '') ?? [];
  const fits = (wanted: string, own: string): boolean =>
    wanted === '' || wanted.startsWith('unknown-') || wanted === own;
  if (fits(accountId, account.accountId) && fits(region, account.region)) return;
  throw new Error(
    `the stack ${id} was synthesised for ${environment ?? ''}, the sandbox is aws://${account.accountId}/${account.region}`,
  );
}

function assetFiles(artifacts: Readonly<Record<string, Artifact>>, artifact: Artifact): readonly string[] {
  return (artifact.dependencies ?? []).flatMap((id) => {
    const dependency = artifacts[id];
    const file = dependency?.properties?.['file'];
    return dependency?.type === 'cdk:asset-manifest' && typeof file === 'string' ? [file] : [];
  });
}

function strings(value: TemplateValue | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, textOf(member)]));
}
