import { readFile } from 'node:fs/promises';
import type { World } from '../core/world.ts';
import { listUploads, upload } from './assembly/assets.ts';
import { bootstrap } from './assembly/bootstrap.ts';
import { readStack, type StackArtifact } from './assembly/manifest.ts';
import { startDelete } from './stack/delete.ts';
import { startCreate, startUpdate, type StackRequest, type StartedStack } from './stack/deploy.ts';
import { cloudFormationState, findStack, stackResources, type CloudFormationState } from './stack/state.ts';

export interface DeployOptions {
  /** The directory that `cdk synth` wrote. */
  readonly assembly: string;
  /** Name of the stack, or id of its artifact. */
  readonly stack: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A stack as it is after a deployment. */
export interface DeployedStack {
  readonly stackName: string;
  readonly stackId: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical ids by logical id. */
  readonly resources: Readonly<Record<string, string>>;
  /** False when the template was deployed already. */
  readonly changed: boolean;
}

/** A deployment that did not work and was rolled back; the message holds the reasons that CloudFormation would show. */
export class DeploymentFailedError extends Error {
  readonly stackId: string;
  readonly reasons: readonly string[];

  constructor(stackName: string, stackId: string, status: string, reasons: readonly string[]) {
    super(`expected the stack ${stackName} to be deployed, got ${status}:\n${reasons.join('\n')}`);
    this.name = 'DeploymentFailedError';
    this.stackId = stackId;
    this.reasons = reasons;
  }
}

/**
 * Does what `cdk deploy` does with one stack of a cloud assembly: uploads its assets and creates or updates the stack.
 * Deploying the same template again changes nothing.
 * @throws AwsError ValidationError when the template is refused: nothing has been created.
 * @throws DeploymentFailedError when a resource could not be made: everything has been rolled back.
 */
export function deployAssembly(world: World, options: DeployOptions): Promise<DeployedStack> {
  return world.clock.held('request', async () => {
    const state = cloudFormationState(world);
    const artifact = await readStack(options.assembly, options.stack, world);
    const uploads = await listUploads(world, artifact.assetFiles);
    await bootstrap(
      world,
      'hnb659fds',
      uploads.map(({ bucket }) => bucket),
    );
    await upload(world, uploads);
    return deploy(world, state, await requestOf(artifact, options.parameters ?? {}));
  });
}

/** Creates or updates a stack from a template, waits for the end, and throws when it was rolled back. */
export async function deploy(world: World, state: CloudFormationState, request: StackRequest): Promise<DeployedStack> {
  await dropRolledBack(world, state, request.stackName);
  const exists = findStack(state, request.stackName) !== undefined;
  const started = exists
    ? await startUpdateUnlessSame(world, state, request)
    : await startCreate(world, state, request);
  const eventsBefore = state.events.size;
  await started?.run();
  return outcome(state, request.stackName, eventsBefore, started !== undefined);
}

async function requestOf(artifact: StackArtifact, parameters: Readonly<Record<string, string>>): Promise<StackRequest> {
  return {
    stackName: artifact.stackName,
    templateBody: await readFile(artifact.templateFile, 'utf8'),
    parameters: { ...artifact.parameters, ...parameters },
    capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    tags: Object.entries(artifact.tags).map(([Key, Value]) => ({ Key, Value })),
    disableRollback: false,
  };
}

/** A stack whose creation was rolled back can only be deleted; the CDK does that before it tries again. */
async function dropRolledBack(world: World, state: CloudFormationState, stackName: string): Promise<void> {
  const status = findStack(state, stackName)?.status;
  if (status === 'ROLLBACK_COMPLETE') await startDelete(world, state, stackName, [])?.run();
}

async function startUpdateUnlessSame(
  world: World,
  state: CloudFormationState,
  request: StackRequest,
): Promise<StartedStack | undefined> {
  try {
    return await startUpdate(world, state, request);
  } catch (error) {
    if (error instanceof Error && error.message === 'No updates are to be performed.') return undefined;
    throw error;
  }
}

function outcome(state: CloudFormationState, stackName: string, eventsBefore: number, changed: boolean): DeployedStack {
  const stack = findStack(state, stackName);
  if (!stack) throw new Error(`no stack ${stackName}`);
  const { stackId, status } = stack;
  if (status !== 'CREATE_COMPLETE' && status !== 'UPDATE_COMPLETE' && changed)
    throw new DeploymentFailedError(stackName, stackId, status, failures(state, eventsBefore));
  return {
    stackName,
    stackId,
    outputs: Object.fromEntries(stack.outputs.map(({ name, value }) => [name, value])),
    resources: Object.fromEntries(stackResources(state, stackId).map((r) => [r.logicalId, r.physicalId])),
    changed,
  };
}

function failures(state: CloudFormationState, since: number): readonly string[] {
  return [...state.events.values()]
    .slice(since)
    .filter((event) => event.status.endsWith('_FAILED'))
    .map((event) => `${event.logicalId} (${event.type}): ${event.reason ?? event.status}`);
}
