import { AwsError } from '../../core/aws-error.ts';
import type { ServiceId } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { messageOf } from '../errors.ts';
import { generatedName } from '../resource/generated-name.ts';
import type { ResourceContext, ResourceType } from '../resource/resource-type.ts';
import { RESOURCE_TYPES } from '../resources/registry.ts';
import type { Progress } from './progress.ts';

/** What working on single resources needs. */
export interface ResourceWork {
  readonly world: World;
  readonly progress: Progress;
  /** Ends of generated names, drawn before work starts so that a run can be repeated. */
  readonly suffixes: ReadonlyMap<string, string>;
}

/** The type of a resource that has passed the checks. */
export function typeOf(name: string): ResourceType {
  const type = RESOURCE_TYPES[name];
  if (!type) throw new Error(`the sandbox does not support the resource type ${name}`);
  return type;
}

/** The part of a work that a resource's own functions see. */
export function contextOf(
  work: ResourceWork,
  logicalId: string,
  exists: (physicalId: string) => void = () => undefined,
): ResourceContext {
  const { stackName } = work.progress.stack();
  const suffix = work.suffixes.get(logicalId) ?? '';
  return {
    world: work.world,
    stackName,
    logicalId,
    suffix,
    call: <O>(service: ServiceId, operation: string, input: object) =>
      patiently(work.world, () => work.world.call<O>(service, operation, input, { kind: 'account' })),
    exists,
    until: (what, done) => until(work.world, what, done),
    generatedName: (limit) => generatedName(stackName, logicalId, suffix, limit),
  };
}

/** Sandbox milliseconds between two looks, and how long to look. */
const POLL_MS = 250;
const PATIENCE_MS = 600_000;

/** CloudFormation waits while a service throttles its calls. */
async function patiently<O>(world: World, call: () => Promise<O>): Promise<O> {
  const deadline = world.clock.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (cause) {
      if (!isThrottling(cause) || world.clock.now() > deadline) throw cause;
      await world.clock.sleep(POLL_MS);
    }
  }
}

function isThrottling(cause: unknown): boolean {
  return cause instanceof AwsError && (cause.message === 'Rate exceeded' || cause.code === 'ThrottlingException');
}

async function until(world: World, what: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = world.clock.now() + PATIENCE_MS;
  while (!(await done())) {
    if (world.clock.now() > deadline) throw new Error(`${what} did not stabilize within ${PATIENCE_MS / 1000} s`);
    await world.clock.sleep(POLL_MS);
  }
}

/** A service's refusal as it stands in a stack's events. */
export function handlerMessage(error: unknown): string {
  const code = error instanceof Error && error.name !== 'Error' ? ` (HandlerErrorCode: ${error.name})` : '';
  return `Resource handler returned message: "${messageOf(error)}"${code}`;
}
