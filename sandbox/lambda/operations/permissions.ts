import type {
  AddPermissionRequest,
  AddPermissionResponse,
  GetPolicyRequest,
  GetPolicyResponse,
  RemovePermissionRequest,
} from '@aws-sdk/client-lambda';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { aliasNotFound, conflict, functionNotFound, invalidParameter, notFound, staleRevision } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { PolicyRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, functionNeed, isVersionNumber, keyOf, targetOf } from '../names.ts';
import { statementOf } from './permission-statement.ts';

/** Resource policies: one per function, version and alias. */
export function permissionOperations(lambda: Lambda): Record<string, Operation> {
  return {
    AddPermission: operation<AddPermissionRequest, AddPermissionResponse>({
      needs: (input, world) => {
        const context = { 'lambda:Principal': input.Principal ?? '' };
        return [functionNeed(world, 'AddPermission', targetOf(input, world, 'strict'), { context })];
      },
      handle: (input) => addPermission(lambda, input),
    }),
    RemovePermission: operation<RemovePermissionRequest, object>({
      needs: (input, world) => [functionNeed(world, 'RemovePermission', targetOf(input, world, 'strict'))],
      handle: (input) => removePermission(lambda, input),
    }),
    GetPolicy: operation<GetPolicyRequest, GetPolicyResponse>({
      needs: (input, world) => [functionNeed(world, 'GetPolicy', targetOf(input, world))],
      handle: (input) => getPolicy(lambda, input),
    }),
  };
}

function addPermission(lambda: Lambda, input: AddPermissionRequest): AddPermissionResponse {
  const { world, state } = lambda;
  new Constraints()
    .required('statementId', input.StatementId)
    .pattern('statementId', input.StatementId, '([a-zA-Z0-9-_]+)')
    .maxLength('statementId', input.StatementId, 100)
    .pattern('action', input.Action, '(lambda:[*]|lambda:[a-zA-Z]+|[*])')
    .throwIfAny();
  const target = targetOf(input, world, 'strict');
  if (target.qualifier === LATEST) throw invalidParameter('We currently do not support adding policies for $LATEST.');
  const statement = statementOf(input, functionArn(world, target.name, target.qualifier));
  assertTarget(lambda, target);
  const key = keyOf(target.name, target.qualifier);
  const policy = state.policies.get(key);
  assertPolicyRevision(lambda, target, input.RevisionId, policy ? 'GetFunction/GetAlias' : 'GetPolicy');
  const statements = policy?.statements ?? [];
  const { StatementId: id } = input;
  if (statements.some((one) => one.Sid === id))
    throw conflict(
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  state.policies.put(key, { statements: [...statements, statement] });
  touch(lambda, target);
  return { Statement: JSON.stringify(statement) };
}

function removePermission(lambda: Lambda, input: RemovePermissionRequest): object {
  const { world, state } = lambda;
  const target = targetOf(input, world, 'strict');
  const { name, qualifier } = target;
  if (!state.functions.has(name)) throw notFound(`No policy found for: ${functionArn(world, name)}`);
  assertTarget(lambda, target);
  const key = keyOf(name, qualifier);
  const policy = state.policies.get(key);
  if (!policy) throw notFound('No policy is associated with the given resource.');
  assertPolicyRevision(lambda, target, input.RevisionId, 'GetFunction/GetAlias');
  const rest: PolicyRecord['statements'] = policy.statements.filter((one) => one.Sid !== input.StatementId);
  if (rest.length === policy.statements.length)
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  if (rest.length > 0) state.policies.put(key, { statements: rest });
  else state.policies.delete(key);
  touch(lambda, target);
  return {};
}

function getPolicy(lambda: Lambda, input: GetPolicyRequest): GetPolicyResponse {
  const target = targetOf(input, lambda.world);
  const policy = lambda.state.policyOf(target);
  const resource = resourceOf(lambda, target);
  if (!policy || !resource) throw notFound('The resource you requested does not exist.');
  return { Policy: JSON.stringify(policy), RevisionId: resource.revisionId };
}

/** What carries the RevisionId of a policy: the alias, the version, or `$LATEST` for the function itself. */
function resourceOf(lambda: Lambda, target: Target) {
  const found = lambda.state.find(target);
  return found?.alias ?? found?.version;
}

function assertTarget(lambda: Lambda, target: Target): void {
  if (resourceOf(lambda, target)) return;
  const { name, qualifier } = target;
  const arn = functionArn(lambda.world, name, qualifier);
  if (!lambda.state.functions.has(name) || qualifier === undefined)
    throw functionNotFound(functionArn(lambda.world, name));
  throw isVersionNumber(qualifier) || qualifier.includes('$') ? functionNotFound(arn) : aliasNotFound(arn);
}

function assertPolicyRevision(
  lambda: Lambda,
  target: Target,
  revisionId: string | undefined,
  call: Parameters<typeof staleRevision>[0],
): void {
  if (revisionId !== undefined && revisionId !== resourceOf(lambda, target)?.revisionId) throw staleRevision(call);
}

/** A changed policy gives its resource a new RevisionId. */
function touch(lambda: Lambda, target: Target): void {
  const { state, world } = lambda;
  const { alias, version } = state.resolve(target);
  const revisionId = world.random.uuid();
  if (alias) state.aliases.put(keyOf(alias.functionName, alias.name), { ...alias, revisionId });
  else state.putVersion({ ...version, revisionId });
}
