import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../errors.ts';
import { coerce } from '../resource/coerce.ts';
import type { ResourceState } from '../resource/resource-type.ts';
import { resolveDynamicReferences } from '../template/dynamic-references.ts';
import { evaluate } from '../template/evaluate.ts';
import { isObject, textOf, type TemplateObject } from '../template/intrinsics.ts';
import type { ResourceDeclaration } from '../template/template.ts';
import { deleteResource } from './delete-resource.ts';
import type { Prepared } from './prepare.ts';
import { contextOf, handlerMessage, typeOf, type ResourceWork } from './resource-context.ts';
import type { ResourceRecord } from './state.ts';

/** What was done, or begun, to one resource, so that it can be undone. */
export type Change =
  | { readonly kind: 'created'; readonly logicalId: string }
  | { readonly kind: 'replaced'; readonly logicalId: string; readonly before: ResourceRecord }
  | {
      readonly kind: 'updated';
      readonly logicalId: string;
      readonly before: ResourceRecord;
      readonly attempted: TemplateObject;
    };

/** What working on a stack's resources needs. */
export interface Work extends ResourceWork {
  readonly prepared: Prepared;
  /** What was done so far, in order. */
  readonly changes: Change[];
}

/** Makes a resource as the template wants it: creates, changes or replaces it, or leaves it alone. */
export async function applyResource(work: Work, logicalId: string): Promise<void> {
  const existing = work.progress.resource(logicalId);
  const wanted = await wantedRecord(work, logicalId, existing);
  if (!existing) return create(work, wanted, { kind: 'created', logicalId });
  if (existing.status === 'CREATE_FAILED') return createAgain(work, existing, wanted);
  if (existing.type === wanted.type && isDeepStrictEqual(existing.properties, wanted.properties))
    return work.progress.restore({ ...existing, ...policies(wanted), dependsOn: wanted.dependsOn });
  if (needsReplacement(existing, wanted)) return replace(work, existing, wanted);
  return update(work, existing, wanted);
}

type Wanted = Omit<ResourceRecord, 'stackId' | 'changedAt' | 'status' | 'statusReason'>;

async function wantedRecord(work: Work, logicalId: string, existing: ResourceRecord | undefined): Promise<Wanted> {
  const declaration = work.prepared.template.Resources[logicalId];
  if (!declaration) throw new Error(`no resource ${logicalId}`);
  const record = emptyRecord(work, logicalId, declaration);
  try {
    const evaluated = evaluate(declaration.Properties ?? {}, work.prepared.scope);
    const resolved = await resolveDynamicReferences(work.world, isObject(evaluated) ? evaluated : {});
    return { ...record, properties: coerce(resolved, typeOf(declaration.Type).properties) as TemplateObject };
  } catch (error) {
    const statusReason = messageOf(error);
    if (existing) work.progress.report({ ...existing, status: 'UPDATE_FAILED', statusReason });
    else work.progress.report({ ...record, status: 'CREATE_FAILED', statusReason });
    throw error;
  }
}

function emptyRecord(work: Work, logicalId: string, declaration: ResourceDeclaration): Wanted {
  return {
    logicalId,
    type: declaration.Type,
    physicalId: '',
    attributes: {},
    properties: {},
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

/** `change` is noted first: whatever comes of it can be undone. */
async function create(work: Work, wanted: Wanted, change: Change): Promise<void> {
  const { progress } = work;
  const status = change.kind === 'created' ? 'CREATE' : 'UPDATE';
  if (change.kind === 'created') progress.report({ ...wanted, status: 'CREATE_IN_PROGRESS' });
  work.changes.push(change);
  let physicalId = '';
  const exists = (id: string): void => {
    physicalId = id;
    progress.report({
      ...wanted,
      physicalId,
      status: `${status}_IN_PROGRESS`,
      statusReason: 'Resource creation Initiated',
    });
  };
  try {
    const made = await typeOf(wanted.type).create(wanted.properties, contextOf(work, wanted.logicalId, exists));
    progress.report({ ...wanted, ...made, status: `${status}_COMPLETE` });
  } catch (error) {
    progress.report({ ...wanted, physicalId, status: `${status}_FAILED`, statusReason: handlerMessage(error) });
    throw error;
  }
}

/** After a failure that was not rolled back: what is left of the resource goes first. */
async function createAgain(work: Work, existing: ResourceRecord, wanted: Wanted): Promise<void> {
  if (!(await deleteResource(work, existing, 'Delete'))) throw new Error(`${existing.logicalId} could not be deleted`);
  work.progress.forget(existing.logicalId);
  await create(work, wanted, { kind: 'created', logicalId: existing.logicalId });
}

async function update(work: Work, existing: ResourceRecord, wanted: Wanted): Promise<void> {
  const { progress } = work;
  progress.report({ ...existing, status: 'UPDATE_IN_PROGRESS' });
  const { logicalId, properties: attempted } = wanted;
  work.changes.push({ kind: 'updated', logicalId, before: existing, attempted });
  try {
    const made = await updateInPlace(work, existing, attempted);
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
  const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
  work.progress.report({ ...existing, status: 'UPDATE_IN_PROGRESS', statusReason: reason });
  const nameTaken = takenName(existing, wanted);
  if (nameTaken !== undefined) {
    const message = `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${nameTaken} and update the stack again.`;
    work.progress.report({ ...existing, status: 'UPDATE_FAILED', statusReason: message });
    throw new Error(message);
  }
  await create(work, wanted, { kind: 'replaced', logicalId: wanted.logicalId, before: existing });
}

/** The chosen name that the old and the new resource would both have. */
function takenName(existing: ResourceRecord, wanted: Wanted): string | undefined {
  const property = typeOf(wanted.type).nameProperty;
  if (property === undefined || existing.type !== wanted.type || existing.physicalId === '') return undefined;
  // Aliases and the like are named within something else: that may have changed.
  const scopeChanged = typeOf(wanted.type).nameScope?.some(
    (name) => !isDeepStrictEqual(existing.properties[name], wanted.properties[name]),
  );
  const name = wanted.properties[property];
  return name !== undefined && name === existing.properties[property] && !scopeChanged ? textOf(name) : undefined;
}
