import type { DeleteFunctionRequest } from '@aws-sdk/client-lambda';
import type { Collection } from '../../core/collection.ts';
import { conflict, invalidParameter } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import { LATEST } from '../model.ts';
import { isVersionNumber, keyOf, targetOf } from '../names.ts';

/**
 * DeleteFunction: one version with a qualifier, everything without.
 * @throws {AwsError} ResourceConflictException for a version that an alias refers to.
 */
export function deleteFunction(lambda: Lambda, input: DeleteFunctionRequest): object {
  const { name, qualifier } = targetOf(input, lambda.world);
  if (qualifier === LATEST) throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  lambda.state.functionOf(name);
  if (qualifier === undefined) deleteAll(lambda, name);
  else deleteVersion(lambda, name, qualifier);
  lambda.state.sweepCode();
  return {};
}

function deleteVersion(lambda: Lambda, name: string, version: string): void {
  const { state } = lambda;
  if (!isVersionNumber(version))
    throw invalidParameter('Only versions can be deleted with a qualifier; use DeleteAlias to delete an alias.');
  const referring = state
    .aliasesOf(name)
    .filter((alias) => alias.functionVersion === version || version in alias.weights)
    .map((alias) => alias.name);
  if (referring.length > 0)
    throw conflict(`Unable to delete version because the following aliases reference it: [${referring.join(', ')}]`);
  const fn = state.functionOf(name);
  state.functions.put(name, { ...fn, versions: fn.versions.filter((one) => one !== version) });
  forget(lambda, name, version);
}

function deleteAll(lambda: Lambda, name: string): void {
  const { state } = lambda;
  const fn = state.functionOf(name);
  for (const alias of state.aliasesOf(name)) {
    state.aliases.delete(keyOf(name, alias.name));
    forget(lambda, name, alias.name);
  }
  for (const version of [...fn.versions, LATEST]) forget(lambda, name, version);
  state.policies.delete(keyOf(name));
  state.urls.delete(keyOf(name));
  state.functions.delete(name);
}

/** Drops everything that is attached to a qualifier. */
export function forget(lambda: Lambda, name: string, qualifier: string): void {
  const { versions, policies, eventInvokeConfigs, provisioned, urls } = lambda.state;
  const attached: Pick<Collection<unknown>, 'delete'>[] = [versions, policies, eventInvokeConfigs, provisioned, urls];
  for (const collection of attached) collection.delete(keyOf(name, qualifier));
  lambda.retire(name, qualifier);
}
