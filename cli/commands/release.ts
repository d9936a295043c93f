import { parseReleaseKey, releaseKey } from '../../domain/release.ts';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { Failure } from '../failure.ts';
import { usage } from '../failure.ts';
import { executionOf, stepFunctions } from '../executions.ts';
import type { Execution } from '../executions.ts';
import { openLedger } from '../ledger.ts';
import type { LedgerView } from '../ledger.ts';
import { manifestOf } from '../manifest.ts';
import type { ManifestOptions, Said } from '../manifest.ts';
import { readPackage } from '../package-check.ts';
import { sha256, uploadRelease } from '../upload.ts';
import type { Uploaded } from '../upload.ts';
import { watchExecution } from './watch.ts';

export interface ReleaseOptions extends ManifestOptions {
  readonly function: string;
  readonly version: string;
  /** Why it cannot wait for the end of a freeze. */
  readonly emergency?: string;
  /** Why it takes over from an older rollout and goes ahead of all that wait. */
  readonly expedite?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** How long an upload may take to start an execution, in real milliseconds. */
const START_WITHIN_MS = 60_000;

/**
 * Checks a deployment package, uploads it, and with `--watch` follows its rollouts to their end.
 * @returns whether the release reached every environment; true when it is not watched.
 */
export async function release(path: string, options: ReleaseOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  checkNames(options);
  const bytes = await readPackage(path);
  await manifestOf(options);
  const manifest = await manifestOf(options, await saidBy(options, context));
  const { ArtifactBucketName: bucket } = await connection.outputs();
  const ledger = await openLedger(connection);
  await refuseOtherBytes(options, bytes, ledger);
  const target = await connection.describe();
  out.remark(`to ${target}`);
  const uploaded = await uploadRelease(connection.clientConfig, { ...options, bucket, bytes, manifest });
  if (!options.json) sayUploaded(options, uploaded, context);
  const execution = options.watch ? await watchUpload(uploaded, ledger, options, context) : undefined;
  if (options.json) out.json({ function: options.function, version: options.version, target, ...uploaded, execution });
  return execution === undefined || execution.status === 'SUCCEEDED';
}

/** Who releases, and why it cannot wait: for others, or for the end of a freeze. A reason is a reason, or it is none. */
async function saidBy({ expedite, emergency }: ReleaseOptions, { connection }: Context): Promise<Said> {
  if (expedite?.trim() === '') throw usage('--expedite: expected the reason why it cannot wait, got nothing');
  if (emergency?.trim() === '') throw usage('--emergency: expected the reason why it cannot wait, got nothing');
  const by = await connection.caller();
  const hurried = expedite === undefined ? {} : { expedite: { by, why: expedite } };
  return { by, ...hurried, ...(emergency !== undefined && { emergency: { by, why: emergency } }) };
}

/** The same rules as the pipeline's, before anything is uploaded. */
function checkNames(options: ReleaseOptions): void {
  try {
    parseReleaseKey(releaseKey(options.function, options.version));
  } catch (cause) {
    throw usage((cause as Error).message);
  }
}

async function refuseOtherBytes(options: ReleaseOptions, bytes: Uint8Array, ledger: LedgerView): Promise<void> {
  const published = await ledger.publishedDigest(options.function, options.version);
  if (published === undefined || published === sha256(bytes)) return;
  const what = `${options.function} ${options.version} was released before with other bytes`;
  throw new Failure(`${what} (SHA-256 ${published}): a released version never changes, choose a newer one`);
}

function sayUploaded(options: ReleaseOptions, { bucket, key, versionId, replaces }: Uploaded, { out }: Context): void {
  out.line(`uploaded s3://${bucket}/${key} (object version ${versionId})${replaces ? ', once more' : ''}`);
  if (!options.watch) out.line(`watch it with: weighbridge watch --function ${options.function}`);
}

async function watchUpload(
  uploaded: Uploaded,
  ledger: LedgerView,
  options: ReleaseOptions,
  context: Context,
): Promise<Execution> {
  const { connection } = context;
  const client = await stepFunctions(connection);
  const { StateMachineArn } = await connection.outputs();
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const started = await executionOf(client, StateMachineArn, uploaded);
    if (started) return watchExecution(started.arn, { client, ledger, quiet: options.json === true }, context);
    if (Date.now() > deadline) throw notStarted(context);
    await new Promise((resolve) => setTimeout(resolve, pollMsOf(connection)));
  }
}

function notStarted({ connection }: Context): Failure {
  const what = `the upload has started no execution within ${START_WITHIN_MS / 1000} s`;
  return new Failure(`${what}: look at the upload rule and the dead-letter queue of stack ${connection.stackName}`);
}
