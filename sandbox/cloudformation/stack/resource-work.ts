import { isDeepStrictEqual } from 'node:util';
import type { ServiceId } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { messageOf } from '../errors.ts';
import { coerce } from '../resource/coerce.ts';
import { generatedName } from '../resource/generated-name.ts';
import type { ResourceContext, ResourceState, ResourceType } from '../resource/resource-type.ts';
import { RESOURCE_TYPES } from '../resources/registry.ts';
import { resolveDynamicReferences } from '../template/dynamic-references.ts';
import { evaluate } from '../template/evaluate.ts';
import { isObject, type TemplateObject } from '../template/intrinsics.ts';
import type { Prepared } from './prepare.ts';
import type { Progress } from './progress.ts';
import type { ResourceRecord } from './state.ts';

/** What was done to one resource, so that it can be undone. */
export type Change =
  | { readonly kind: 'created'; readonly logicalId: string }
  | { readonly kind: 'updated' | 'replaced'; readonly logicalId: string; readonly before: ResourceRecord };

/** What working on a stack's resources needs. */
export interface Work {
  readonly world: World;
  readonly progress: Progress;
  readonly prepared: Prepared;
  /** Ends of generated names, drawn before work starts so that a run can be repeated. */
  readonly suffixes: ReadonlyMap<string, string>;
}

/** The type of a resource that has passed the checks. */
export function typeOf(name: string): ResourceType {
  const type = RESOURCE_TYPES[name];
  if (!type) throw new Error(`the sandbox does not support the resource type ${name}`);
  return type;
}

/** Makes a resource as the template wants it: creates, changes or replaces it, or leaves it alone. */
export async function applyResource(work: Work, logicalId: string): Promise<Change | undefined> {
  const wanted = await wantedRecord(work, logicalId);
  const existing = work.progress.resource(logicalId);
  if (!existing) {
    await create(work, wanted);
    return { kind: 'created', logicalId };
  }
  if (existing.type === wanted.type && isDeepStrictEqual(existing.properties, wanted.properties)) {
    work.progress.restore({ ...existing, ...policies(wanted), dependsOn: wanted.dependsOn });
    return undefined;
  }
  if (needsReplacement(existing, wanted)) {
    await replace(work, existing, wanted);
    return { kind: 'replaced', logicalId, before: existing };
  }
  await update(work, existing, wanted);
  return { kind: 'updated', logicalId, before: existing };
}

type Wanted = Omit<ResourceRecord, 'stackId' | 'changedAt' | 'status' | 'statusReason'>;

async function wantedRecord(work: Work, logicalId: string): Promise<Wanted> {
  const declaration = work.prepared.template.Resources[logicalId];
  if (!declaration) throw new Error(`no resource ${logicalId}`);
  const evaluated = evaluate(declaration.Properties ?? {}, work.prepared.scope);
  const resolved = await resolveDynamicReferences(work.world, isObject(evaluated) ? evaluated : {});
  return {
    logicalId,
    type: declaration.Type,
    physicalId: '',
    attributes: {},
    properties: coerce(resolved, typeOf(declaration.Type).properties) as TemplateObject,
    dependsOn: [...(work.prepared.dependencies.get(logicalId) ?? [])],
    deletionPolicy: declaration.DeletionPolicy ?? 'Delete',
    updateReplacePolicy: declaration.UpdateReplacePolicy ?? 'Delete',
  };
}

function policies(record: Wanted): Pick<ResourceRecord, 'deletionPolicy' | 'updateReplacePolicy'> {
  return { deletionPolicy: record.deletionPolicy, updateReplacePolicy: record.updateReplacePolicy };
}

function needsReplacement(existing: ResourceRecord, wanted: Wanted): boolean {
  const type = typeOf(wanted.type);
  if (existing.type !== wanted.type || type.replacedBy === 'all' || !type.update) return true;
  return type.replacedBy.some((name) => !isDeepStrictEqual(existing.properties[name], wanted.properties[name]));
}

async function create(work: Work, wanted: Wanted): Promise<void> {
  const { progress } = work;
  progress.report({ ...wanted, status: 'CREATE_IN_PROGRESS' });
  try {
    const made = await typeOf(wanted.type).create(wanted.properties, contextOf(work, wanted.logicalId));
    progress.report({ ...wanted, ...made, status: 'CREATE_COMPLETE' });
  } catch (error) {
    progress.report({ ...wanted, status: 'CREATE_FAILED', statusReason: handlerMessage(error) });
    throw error;
  }
}

async function update(work: Work, existing: ResourceRecord, wanted: Wanted): Promise<void> {
  const { progress } = work;
  progress.report({ ...existing, status: 'UPDATE_IN_PROGRESS' });
  try {
    const made = await updateInPlace(work, existing, wanted.properties);
    progress.report({ ...wanted, ...made, status: 'UPDATE_COMPLETE' });
  } catch (error) {
    progress.report({ ...existing, status: 'UPDATE_FAILED', statusReason: handlerMessage(error) });
    throw error;
  }
}

/** Changes a resource to other properties, where its type can. */
export async function updateInPlace(
  work: Work,
  existing: ResourceRecord,
  properties: TemplateObject,
): Promise<ResourceState> {
  const type = typeOf(existing.type);
  if (!type.update) throw new Error(`${existing.type} cannot be updated in place`);
  return type.update(properties, existing, contextOf(work, existing.logicalId));
}

/** The new one is made first; the old one goes in the clean-up after everything else has worked. */
async function replace(work: Work, existing: ResourceRecord, wanted: Wanted): Promise<void> {
  const name = typeOf(wanted.type).nameProperty;
  const chosen = name === undefined ? undefined : wanted.properties[name];
  const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
  work.progress.report({ ...existing, status: 'UPDATE_IN_PROGRESS', statusReason: reason });
  try {
    if (chosen !== undefined && existing.type === wanted.type && chosen === existing.properties[name ?? ''])
      throw new Error(
        `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${JSON.stringify(chosen)} and update the stack again.`,
      );
    const made = await typeOf(wanted.type).create(wanted.properties, contextOf(work, wanted.logicalId));
    work.progress.report({ ...wanted, ...made, status: 'UPDATE_COMPLETE' });
  } catch (error) {
    work.progress.report({ ...existing, status: 'UPDATE_FAILED', statusReason: handlerMessage(error) });
    throw error;
  }
}

/** The part of a work that a resource's own functions see. */
export function contextOf(work: Pick<Work, 'world' | 'progress' | 'suffixes'>, logicalId: string): ResourceContext {
  const { stackName } = work.progress.stack();
  const suffix = work.suffixes.get(logicalId) ?? '';
  return {
    world: work.world,
    stackName,
    logicalId,
    suffix,
    call: <O>(service: ServiceId, operation: string, input: object) =>
      work.world.call<O>(service, operation, input, { kind: 'account' }),
    until: (what, done) => until(work.world, what, done),
    generatedName: (limit) => generatedName(stackName, logicalId, suffix, limit),
  };
}

/** Sandbox milliseconds between two looks, and how long to look. */
const POLL_MS = 250;
const PATIENCE_MS = 600_000;

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
