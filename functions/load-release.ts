import { expected, InvalidReleaseError } from '../domain/errors.ts';
import { handlerFile, hasHandler } from '../domain/package-files.ts';
import { planRollouts, type RolloutPlan } from '../domain/plan.ts';
import { parsePolicy, type Policy } from '../domain/policy.ts';
import { manifestBeside, parseManifest, parseReleaseKey, type Release } from '../domain/release.ts';
import { loadReleaseInput, type LoadReleaseInput, type ObjectCreated, type RollbackAsked } from './inputs.ts';
import type { Artifact, FunctionFacts, Ports } from './ports.ts';
import { loadRollback } from './rollout/load-rollback.ts';
import { defineStep, serve } from './runtime.ts';

/** What the machine works with from here on. */
export interface LoadedRelease {
  readonly release: Release;
  readonly plans: readonly RolloutPlan[];
  readonly notifications: Policy['notifications'] | null;
}

type Needs = Pick<Ports, 'artifacts' | 'policies' | 'functions' | 'ledger'>;

/**
 * Turns what started the execution into a release and its plans: an upload into one plan for each environment, the wish to
 * go back into a plan for the one that it names. Reads only; safe to repeat.
 * @throws InvalidReleaseError for anything wrong with the upload, the policy or the function: reject.
 * @throws NotReadyError when there is nothing to go back to: reject.
 */
export async function loadRelease({ event }: LoadReleaseInput, ports: Needs): Promise<LoadedRelease> {
  return 'rollback' in event ? loadReturning(event.rollback, ports) : loadUploaded(event.detail, ports);
}

async function loadReturning(asked: RollbackAsked, ports: Needs): Promise<LoadedRelease> {
  const policy = await readPolicy(asked.function, ports);
  return { ...(await loadRollback(asked, policy, ports)), notifications: policy.notifications ?? null };
}

async function loadUploaded({ bucket, object }: ObjectCreated, ports: Needs): Promise<LoadedRelease> {
  const { function: functionName, version } = parseReleaseKey(object.key);
  const facts = await knownFunction(functionName, ports);
  const policy = await readPolicy(functionName, ports);
  const artifact = await readArtifact(bucket.name, object.key, object['version-id'], ports);
  checkPackage(artifact, facts, object.key);
  const manifest = parseManifest((await ports.artifacts.text(bucket.name, manifestBeside(object.key))) ?? '{}');
  const release: Release = {
    kind: 'release',
    function: functionName,
    version,
    bucket: bucket.name,
    key: object.key,
    versionId: object['version-id'] ?? 'null',
    codeSha256: artifact.codeSha256,
    size: artifact.size,
    etag: artifact.etag,
    uploadedAt: artifact.uploadedAt,
    ...(object.sequencer !== undefined && { sequencer: object.sequencer }),
    ...manifest,
  };
  return { release, plans: planRollouts(policy), notifications: policy.notifications ?? null };
}

async function knownFunction(functionName: string, { functions }: Needs): Promise<FunctionFacts> {
  const facts = await functions.describe(functionName);
  const todo =
    'create the function first, or correct the function part of the key releases/<function>/<version>/code.zip';
  if (!facts)
    throw new InvalidReleaseError(expected(`a Lambda function named ${functionName}`, 'none of that name', todo));
  if (facts.packageType !== 'Zip') {
    const came = `${functionName} with package type ${facts.packageType}`;
    throw new InvalidReleaseError(
      expected('a function that is deployed from a zip', came, 'release images another way'),
    );
  }
  return facts;
}

async function readPolicy(functionName: string, { policies }: Needs): Promise<Policy> {
  const { name, text } = await policies.read(functionName);
  if (text !== undefined) return parsePolicy(text);
  const todo = `write one with \`weighbridge policy put --function ${functionName} policy.json\``;
  throw new InvalidReleaseError(expected(`a release policy in parameter ${name}`, 'no such parameter', todo));
}

async function readArtifact(
  bucket: string,
  key: string,
  versionId: string | undefined,
  ports: Needs,
): Promise<Artifact> {
  const artifact = await ports.artifacts.read(bucket, key, versionId);
  if (artifact) return artifact;
  const what = `object ${key}${versionId ? ` (version ${versionId})` : ''} in bucket ${bucket}`;
  throw new InvalidReleaseError(expected(what, 'nothing: it was deleted before it was read', 'upload it again'));
}

function checkPackage(artifact: Artifact, facts: FunctionFacts, key: string): void {
  if (artifact.problem) {
    throw new InvalidReleaseError(
      expected(`${key} to be a zip file`, artifact.problem, 'zip the code and upload it again'),
    );
  }
  if (hasHandler(artifact.files, facts)) return;
  const came = `${artifact.files.length} files without it (${artifact.files.slice(0, 5).join(', ')})`;
  const todo = 'put the handler at the root of the zip, or correct the function’s handler setting';
  throw new InvalidReleaseError(
    expected(`a zip with ${handlerFile(facts)} for handler ${facts.handler ?? '-'}`, came, todo),
  );
}

export const step = defineStep({ state: 'LoadRelease', input: loadReleaseInput, mutates: false, run: loadRelease });
export const handler = serve(step);
